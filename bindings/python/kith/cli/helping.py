"""Help in Chinese."""

from __future__ import annotations

from collections.abc import Iterable

import click

# By the first line of the English text.
CHINESE = {
    "A CRM in a directory: records, history, funnels and forecasts.": """一个目录里的 CRM：记录、历史、漏斗与预测。

    \b
    记录可用编号、TYPE:NAME 或 TYPE:SYSTEM=KEY 指定：kith show account:Acme
    补全：eval "$(_KITH_COMPLETE=bash_source kith)"（或 zsh_source、fish_source）
    退出码：0 完成，1 被拒绝，2 用法错误，3 没有找到，4 冲突，5 没有权限，6 暂时不行，7 已损坏，8 部分完成
    """,
    "What happened with a person, an organisation, a deal or any other record, newest first.": "一个人、机构、商机或其他记录发生过的事，最新的在前。",
    "Add a record: kith add account name=Acme industry=technology.": "新增记录：kith add account name=Acme industry=technology。",
    "Set fields of a record; FIELD= clears.": "设置记录的字段；FIELD= 清空。",
    "Delete a record; kith undo brings it back.": "删除记录；kith undo 可以恢复。",
    "Move a deal to a stage, by name or PIPELINE/STAGE.": "把商机移到某个阶段，用名称或 PIPELINE/STAGE。",
    "A deal is won; fields such as amount=120000 are set with it.": "商机赢单；可同时设置字段，如 amount=120000。",
    "A deal is lost; fields such as loss_reason=price are set with it.": "商机输单；可同时设置字段，如 loss_reason=price。",
    'Log a call, meeting, mail: kith log contact:Ada call "Asked for a quote".': '记录电话、会议、邮件：kith log contact:Ada call "询价"。',
    "Write a note about a record.": "为记录写备注。",
    "Take back an import by its run, or changes by their numbers. Refused where later changes would be lost.": (
        "撤销一次导入，或按序号撤销更改。会丢失之后的更改时拒绝。"
    ),
    "Ask for records: of a type, or by a query in JSON.": "查询记录：按类型，或用 JSON 查询。",
    "Find records by words, beginnings, pinyin, digits.": "按词、开头、拼音、数字查找记录。",
    "Show a record with its fields, and what it is known as elsewhere.": "显示记录的字段，以及它在别处的编号。",
    "What changed, oldest first; of one record, its whole history. The number to go on from is in the first column.": (
        "更改记录，最早的在前；指定一条记录时是它的全部历史。第一列是继续读取用的序号。"
    ),
    "Where a deal stands, what its stage still asks for, and what comes next.": "商机在哪个阶段，这个阶段还需要什么，下一步是什么。",
    "A step that a stage asks for is done; kith guide names the steps.": "阶段要求的一个步骤已完成；步骤见 kith guide。",
    "Make the document that follows: kith continue quote:Q-7 order; of the same type, a new revision.": (
        """生成后续单据：kith continue quote:Q-7 order；同一类型则是新的修订版。

    取各行剩余的全部，或按编号指定的数量；不会超过剩余的。
    """
    ),
    "Stores to be visited, the longest overdue first, and how many of the visits due were made.": "应拜访的门店，逾期最久的在前，以及应拜访次数中完成了多少。",
    "What a customer has of us: products that were delivered and did not come back.": "客户拥有我们的哪些产品：已交付且未退回的。",
    "Who reports to whom, has a say with whom, knows whom: in a deal, an account, or everywhere.": "谁汇报给谁、谁影响谁、谁认识谁：一个商机、一个客户，或全部。",
    "Import a file or folder: CSV, Excel, JSON Lines, exports of Salesforce, HubSpot, Pipedrive, spreadsheets in Chinese.": (
        """导入文件或文件夹：CSV、Excel、JSON Lines，Salesforce、HubSpot、Pipedrive 的导出，中文表格。

    先显示哪一列对应哪个字段，再询问。有行未能导入时退出码为 8：错误文件中有每一行及原因。
    """
    ),
    "Open deals by stage: how many, how much, in each currency.": "各阶段进行中的商机：数量，以及每种币种的金额。",
    "Bring a pipeline to a new version by a plan in JSON, from a file or standard input; its deals follow.": (
        """按 JSON 方案把管道改为新版本，方案来自文件或标准输入；其商机随之迁移。

    \b
    {"pipeline": {"name": "default", "for_type": "opportunity", "stages": [{"name": "work"}, {"name": "won", "kind": "won"}]},
     "rename": {"proposal": "offer"}, "map": {"qualified": "work"}}
    """
    ),
    "How many deals reach each stage and go on, with intervals.": "有多少商机到达各阶段并推进，附区间。",
    "What a period will bring: this-quarter, next-month, 2026-Q3, FY2026-Q3.": "一个期间的预测：this-quarter、next-month、2026-Q3、FY2026-Q3。",
    "Every rep against the team, the most costly gap first.": "每位销售与团队对比，损失最大的差距在前。",
    "Why a period fell short: causes that sum to the gap.": "为何未达目标：各项原因之和等于差距。",
    "What moved the pipeline since a week ago: before, what came and went, after.": "一周以来管道的变化：之前、进出、之后。",
    "Write the report as one page: .html, .pdf or .png.": "把报告写成一页：.html、.pdf 或 .png。",
    "Make a person, an organisation and a deal of a lead; what happened with it goes along.": "把线索转为联系人、机构和商机；往来记录一并转入。",
    "Make one record of several that are the same; ids and references of the others lead to the one kept.": (
        "把相同的几条记录合并为一条；其他记录的编号和引用都指向保留的这一条。"
    ),
    "Part a record, by its id, that was merged away; it gets back what nobody has changed since.": "按编号拆出被合并的记录；取回此后无人更改的内容。",
    "Records of a type that are probably the same person or company, likeliest first, and why; kith merge makes them one.": (
        "可能是同一个人或公司的记录，可能性最大的在前，并说明原因；用 kith merge 合并。"
    ),
    "Make a database, or set the settings of one.": "新建数据库，或更改其设置。",
    "Sizes and counts.": "大小与数量。",
    "The types there are, or the fields of one.": "有哪些类型，或一个类型的字段。",
    "Check every stored byte and all derived data. Exit code 7 when something is wrong.": "检查所有存储的字节和派生数据。有问题时退出码为 7。",
    "A compact, checked copy in a new directory; writers go on.": "在新目录中生成紧凑且经过检查的副本；写入照常进行。",
    "Rewrite the data file without its free pages; no other process may have the database open.": "去掉空闲页，重写数据文件；其他进程不能打开数据库。",
    "The database as it stood, as a new one: after change number MOMENT, or at a time such as 2026-03-01T12:00+08:00.": (
        "把数据库恢复到某一时刻，另存为新库：第 MOMENT 号更改之后，或某个时间，如 2026-03-01T12:00+08:00。"
    ),
    "Take what is sound in a damaged database into a new one. Exit code 7 when problems are left in it.": (
        "把损坏的数据库中完好的部分救到新库。仍有问题时退出码为 7。"
    ),
    "Export to JSON Lines, or one type to .csv, .parquet, .arrow.": "导出为 JSON Lines，或把一个类型导出为 .csv、.parquet、.arrow。",
    "Types and fields as data: list, add, remove.": "以数据定义的类型和字段：list、add、remove。",
    "What is installed.": "已安装的包。",
    "Install or update a package: a JSON file, or one that ships with Kith.": "安装或更新包：JSON 文件，或 Kith 自带的包。",
    "Take a package out of use.": "停用一个包。",
    'Apply a batch in JSON from a file or standard input: {"changes": [{"create": "account", "set": {"name": "Acme"}}]}.': (
        '执行 JSON 批次，来自文件或标准输入：{"changes": [{"create": "account", "set": {"name": "Acme"}}]}。'
    ),
    'Commands one after another, without "kith"; end with Ctrl-D.': "连续输入命令，不用写 kith；Ctrl-D 结束。",
    # Options.
    "Show the version and exit.": "显示版本并退出。",
    "Show this message and exit.": "显示此说明并退出。",
    "Only interaction, task, note, ticket, document, deal or move; may be repeated.": (
        "只看 interaction、task、note、ticket、document、deal 或 move；可重复。"
    ),
    "Not before.": "不早于。",
    "Not after.": "不晚于。",
    "The database.": "数据库。",
    "Print JSON.": "输出 JSON。",
    "Language; that of the environment otherwise.": "语言；否则按环境设置。",
    "On whose behalf: an employee's id or name. Otherwise the system.": "以谁的身份：员工的编号或姓名。否则为系统。",
    "External reference; a record that has it is changed instead.": "外部编号；已有此编号的记录则改为更新。",
    "From when it holds; now otherwise.": "从何时起生效；否则为现在。",
    "Idempotency key: a second run with it does nothing.": "幂等键：用同一个键再次运行不起作用。",
    "Check everything, change nothing.": "只检查，不更改。",
    "Who writes: an id, or SYSTEM=KEY. Otherwise you.": "谁在写入：编号，或 SYSTEM=KEY。否则为本人。",
    "Why; kept in history.": "原因；记入历史。",
    "Refuse (exit code 4) unless the record stands at this version.": "记录不是这个版本时拒绝（退出码 4）。",
    "Who began it.": "由谁发起。",
    "How long it took.": "用了多长时间。",
    "Who of ours took part.": "我方谁参加。",
    "Such as: stage.kind == 'open' && amount > money('1000', 'CNY').": "例如：stage.kind == 'open' && amount > money('1000', 'CNY')。",
    "Fields, paths and expressions, separated by commas.": "字段、路径和表达式，用逗号分隔。",
    "Such as -amount,name.": "例如 -amount,name。",
    "How it is answered, instead of rows.": "显示查询如何执行，而不是结果。",
    "As it stood then: 2026-03-31, or with a time.": "当时的情形：2026-03-31，可带时间。",
    "Only records of this type; may be repeated.": "只看这一类型的记录；可重复。",
    "No misspellings.": "不容许拼写错误。",
    "After this number.": "在此序号之后。",
    "Only this field; may be repeated.": "只看这个字段；可重复。",
    "The record that shows it.": "作为证据的记录。",
    "What is to be said of it.": "备注。",
    "External reference of the new document: a second run with it does nothing.": "新单据的外部编号：用同一个编号再次运行不起作用。",
    "Only those that this one of ours is to visit.": "只看由此人拜访的。",
    "Count from then on.": "从何时起计算。",
    "As if it were that day.": "按那一天计算。",
    "As a file for programs that draw graphs: yEd, Gephi, Cytoscape.": "输出为绘图程序的文件：yEd、Gephi、Cytoscape。",
    "Whose export it is; found by the files' headers otherwise.": "来自哪个系统的导出；否则由表头判断。",
    "What the rows are, where headers leave it open.": "表头无法判断时，各行是什么类型。",
    "A mapping in JSON.": "JSON 对应关系。",
    "Do not ask.": "不询问。",
    "Rows left out, as CSV; PATH-errors.csv otherwise.": "未导入的行，存为 CSV；否则为 PATH-errors.csv。",
    "Try it on a copy, change nothing.": "在副本上试行，不更改。",
    "Who imports: an id, or SYSTEM=KEY. Otherwise you.": "谁在导入：编号，或 SYSTEM=KEY。否则为本人。",
    "Which pipeline; the default one, or where it has no deals the first that has.": "哪个管道；否则为默认管道，没有商机时取第一个有商机的。",
    "Only deals of this owner.": "只看此负责人的商机。",
    "Count what would go where, change nothing; exit code 1 when a record has no place.": "只统计各记录会移到哪里，不更改；有记录无处可去时退出码为 1。",
    "Deals that began in whole months, such as 2026-Q1.": "在整月期间开始的商机，如 2026-Q1。",
    "The win rate of each owner, team, segment or source, too.": "同时给出每位负责人、团队、细分或来源的赢单率。",
    "Parts: owner, team, segment, source, or a field of the deals.": "分组：owner、team、segment、source，或商机的字段。",
    "The chance of reaching it.": "达到它的可能性。",
    "The currency; the base currency otherwise.": "币种；否则为本位币。",
    "The cash that comes in, instead of what is won.": "回款，而不是赢单额。",
    "Against this; the periods before otherwise.": "与此相比；否则与之前各期相比。",
    "Of the cash that came in, by invoices and their receipts.": "回款的差距，按发票和收款计算。",
    "From then; a week before otherwise.": "从何时起；否则为一周前。",
    "The period to forecast; this quarter otherwise.": "预测的期间；否则为本季度。",
    "An existing person that it is: an id, or type:name.": "已有的联系人：编号，或 type:name。",
    "An existing organisation, likewise.": "已有的机构，写法相同。",
    "An existing deal, likewise.": "已有的商机，写法相同。",
    "Look for no person and organisation that are there already.": "不查找已有的联系人和机构。",
    "No deal comes of it.": "不生成商机。",
    "Of a new deal.": "新商机的。",
    "Whose value stays where they differ.": "不一致时保留谁的值。",
    "Pairs of at least this probability.": "只看概率不低于此值的。",
    "Base currency.": "本位币。",
    "Time zone, such as Asia/Shanghai.": "时区，如 Asia/Shanghai。",
    "First month of the fiscal year.": "财年的第一个月。",
    "A shipped package to install; may be repeated.": "要安装的自带包；可重复。",
    "Put right what can be computed again.": "修正可以重新计算的内容。",
    "Another database whose definitions stand in for lost ones.": "另一个数据库，用其定义代替丢失的定义。",
    "Read everything where nothing tells what is newest; what was deleted may come back.": "无法判断哪些最新时全部读取；已删除的可能会回来。",
    "Also what changed (JSON Lines).": "连同更改历史（JSON Lines）。",
    "The numbers file that goes with the package.": "与包配套的编号文件。",
    "Say what would change.": "只说明会有哪些更改。",
    "Delete what it holds, too.": "连同其数据一起删除。",
}
_HEADINGS = {"Options": "选项", "Commands": "命令", "Arguments": "参数"}


class _Formatter(click.HelpFormatter):
    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, "用法: ")

    def write_heading(self, heading: str) -> None:
        super().write_heading(_HEADINGS.get(heading, heading))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl([(first, CHINESE.get(second, second)) for first, second in rows], col_max, col_spacing)


class _Context(click.Context):
    formatter_class = _Formatter


def in_chinese(command: click.Command) -> None:
    """From now on the help of a command, and of those within it, is Chinese."""
    command.context_class = _Context
    command.help = CHINESE.get(_first(command.help), command.help)
    command.short_help = _first(command.help)
    for option in command.params:
        if isinstance(option, click.Option) and option.help:
            option.help = CHINESE.get(_first(option.help), option.help)
    if isinstance(command, click.Group):
        for within in command.commands.values():
            in_chinese(within)


def _first(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0]
