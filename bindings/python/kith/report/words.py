"""The words of the report: English, Chinese."""

from __future__ import annotations

import re

WORDS: dict[str, tuple[str, str]] = {
    "title": ("Pipeline report", "销售管道报告"),
    "subtitle": ("{pipeline} · {period} · as of {as_of}", "{pipeline} · {period} · 截至{as_of}"),
    "seen_by": ("as {viewer} sees it", "{viewer}可见的数据"),
    "seen_by_all": ("all records", "全部数据"),
    "numbers": ("The numbers", "数据表"),
    "note": ("Note", "提示"),
    # Tiles
    "tile.median": ("Median of {period}", "{period}预测中位数"),
    "tile.interval": ("80% interval", "80%区间"),
    "tile.closed": ("Closed so far", "已成交"),
    "tile.quota": ("Chance of the quota", "完成指标的概率"),
    "tile.quota_of": ("of {target}", "指标{target}"),
    "tile.open": ("Open deals", "在手商机"),
    "tile.open_elsewhere": ("{count} more in other currencies or without amount", "另有{count}个为其他币种或没有金额"),
    "tile.win_rate": ("Win rate", "赢单率"),
    "tile.of_closed": ("{trials} closed deals", "已结商机{trials}个"),
    # Forecast
    "forecast": ("Forecast", "预测"),
    "forecast.text": (
        "With a chance of 80%, {period} will bring between {low} and {high}, as likely above {middle} as below. {count} deals are open, about {new} will come.",
        "{period}的收入有80%的可能在{low}到{high}之间，高于和低于{middle}的可能各半。在手商机{count}个，预计新增约{new}个。",
    ),
    "forecast.closed": ("{closed} of it is closed already.", "其中{closed}已经成交。"),
    "forecast.basis": (
        "It rests on what really happened to {deals} closed deals, not on typed percentages.",
        "依据{deals}个已结商机的真实过程，不使用人工填写的概率。",
    ),
    "forecast.learning": ("That is little: prior assumptions fill in.", "数据很少，由先验假设补足。"),
    "forecast.provisional": ("That allows a first estimate.", "可作初步估计。"),
    "forecast.learnt": (
        "Intervals are as wide as what past forecasts missed asks for.",
        "区间宽度已按过去预测的误差调整。",
    ),
    "forecast.quota": (
        "The quotas of {holders} add up to {target}; the chance of reaching that is {chance}.",
        "{holders}的指标合计{target}，完成的概率为{chance}。",
    ),
    "holders.team": ("{count} teams", "{count}个团队"),
    "holders.owner": ("{count} reps", "{count}名销售"),
    "parts.team": ("By team", "按团队"),
    "parts.owner": ("By rep", "按销售人员"),
    "parts.nobody": ("nobody", "无"),
    "part.name": ("Who", "名称"),
    "part.closed": ("closed", "已成交"),
    "part.total": ("P10 – P50 – P90", "P10 – P50 – P90"),
    "part.open": ("open deals", "在手商机"),
    "part.quota": ("quota", "指标"),
    "part.chance": ("chance", "概率"),
    "top": ("Deals that matter most", "最重要的商机"),
    "top.text": ("Largest amount times chance of winning in the period.", "按金额乘以本期赢单概率排序。"),
    "deal.name": ("Deal", "商机"),
    "deal.stage": ("stage", "阶段"),
    "deal.owner": ("owner", "负责人"),
    "deal.amount": ("amount", "金额"),
    "deal.chance": ("chance", "本期赢单概率"),
    "deal.expected": ("expected", "期望金额"),
    "deal.days": ("days in stage", "停留天数"),
    "deal.rare": ("stay so long", "停留这么久的比例"),
    "deal.limit": ("limit", "上限"),
    # Walk
    "walk": ("Since last week", "一周变化"),
    "walk.text": (
        "Open deals were worth {before} on {since} and are worth {after} now; {then} deals were open, {now} are.",
        "{since}在手商机金额{before}，现在{after}；商机数由{then}变为{now}。",
    ),
    "walk.pushed": ("{count} deals worth {amount} were pushed beyond {period}.", "{count}个商机共{amount}被推迟到{period}之后。"),
    "walk.pulled": ("{count} deals worth {amount} were pulled into {period}.", "{count}个商机共{amount}提前到{period}内。"),
    "walk.elsewhere": ("In {currency}; deals in other currencies are left out.", "以{currency}计；不含其他币种的商机。"),
    "walk.change": ("what happened", "变化"),
    "walk.amount": ("amount", "金额"),
    # Who decides
    "chains": ("Who decides the top deals", "重点商机的决策链"),
    "chains.text": (
        "As recorded: superiors stand above, arrows say who has a say with whom, dashes who reports to whom. A red edge marks a veto, a green one approval. Dots: green for us, red against, a ring where nothing is known.",
        "依据记录：上级在上，箭头表示影响，虚线表示汇报关系，红边表示有否决权，绿边表示可批准。圆点：绿色支持我方，红色反对，空心表示未知。",
    ),
    "chains.score": (
        "It stands at {score} of 100 ({low} to {high}); what is known covers {known} of it.",
        "得分{score}（满分100，区间{low}至{high}），已知信息覆盖{known}。",
    ),
    "chains.missing": ("Nobody is known as: {roles}.", "缺少的角色：{roles}。"),
    "chains.helps": ("Would help most: {steps}.", "最有帮助的行动：{steps}。"),
    "chains.step": ("{name}, {step} (+{gain})", "{name}：{step}（+{gain}）"),
    "step.solution": ("the solution", "方案"),
    "step.price": ("the price", "价格"),
    "step.closeness": ("closer contact", "加深关系"),
    "step.hand_over": ("a second tie", "增加第二联系人"),
    "chains.none": ("Nobody with a role is recorded for: {names}.", "没有记录任何角色的商机：{names}。"),
    # Funnel
    "funnel": ("Funnel", "漏斗"),
    "funnel.text": (
        "{arrivals} deals came in; {won} were won and {lost} lost, {open} are open.",
        "共有{arrivals}个商机进入，赢单{won}个，输单{lost}个，{open}个在手。",
    ),
    "funnel.cycle": ("Half of the wins take up to {days} from the first move.", "一半的赢单在首次推进后{days}内完成。"),
    "funnel.end": ("From the first stage to the win by the stages' rates: {rate}.", "按各阶段推进率从头到赢单：{rate}。"),
    # Gap
    "gap": ("What moved {period}", "{period}的变化原因"),
    "gap.none": (
        "There is nothing to compare with: nothing was won in the periods before it.",
        "没有可比较的数据：之前各期没有赢单。",
    ),
    "gap.usual": ("what is usual by the last {count} before it", "通常水平，即之前{count}期的平均"),
    "gap.quota": ("the quota", "指标"),
    "gap.short": ("{period} brought {reached}, {gap} less than {target} ({what}).", "{period}实际{reached}，比{target}（{what}）少{gap}。"),
    "gap.over": ("{period} brought {reached}, {gap} more than {target} ({what}).", "{period}实际{reached}，比{target}（{what}）多{gap}。"),
    "gap.first": ("The largest loss came from {driver}: {loss}.", "损失最大的原因是{driver}：{loss}。"),
    "gap.no_cause": ("No cause goes beyond chance.", "没有原因超出偶然。"),
    "gap.chance": ("Grey bars may be chance: too few deals to tell.", "灰色条可能只是偶然：商机太少，无法判断。"),
    # Reps
    "reps": ("Reps against the team", "销售人员与团队"),
    "reps.text": (
        "By name, not a league table: intervals overlap. A step is called weak only if chance would hardly bring it about among all steps of this page.",
        "按姓名排列，不是排行榜：区间相互重叠。只有在本页所有环节中几乎不可能偶然出现时，才称为薄弱环节。",
    ),
    "reps.nobody": ("No decided deal has an owner yet.", "尚无已决商机有负责人。"),
    "reps.none": ("No rep differs from the team beyond chance.", "没有销售人员与团队的差别超出偶然。"),
    "reps.weak": (
        "{name}, {stage}: {rep} of {n} go on against {team} of the team's {m}; {sure} sure.",
        "{name}，{stage}：{n}个中{rep}推进，团队{m}个中{team}；把握{sure}。",
    ),
    "reps.more": ("The {count} whose gaps cost most, of {all}.", "共{all}人，此处为差距代价最大的{count}人。"),
    "reps.few": ("Not enough deals to tell: {names}.", "商机太少，无法判断：{names}。"),
    "biases": ("What they typed against what came", "填写与实际"),
    "biases.happy_ears": (
        "{name} typed {typed} on average, and {won} of {deals} deals were won: too hopeful.",
        "{name}平均填写{typed}，{deals}个商机实际赢单{won}：过于乐观。",
    ),
    "biases.sandbagging": (
        "{name} typed {typed} on average, and {won} of {deals} deals were won: too careful.",
        "{name}平均填写{typed}，{deals}个商机实际赢单{won}：过于保守。",
    ),
    "biases.unused": ("The forecast reads none of it.", "预测不使用这些填写的数字。"),
    # Stuck
    "stuck": ("Stuck deals", "停滞商机"),
    "stuck.text": (
        "{count} deals stand in their stage longer than nearly all do, or past its limit.",
        "{count}个商机在本阶段停留的时间超过绝大多数，或超过上限。",
    ),
    "stuck.none": ("No deal stands still.", "没有停滞的商机。"),
    "stuck.more": ("{count} more are not shown.", "另有{count}个未列出。"),
    # How good
    "past": ("How good past forecasts were", "过去的预测有多准"),
    "past.text": (
        "Made again at the start of {count} past periods with what was known then, the 80% interval held {inside} times. The median missed by {wape}.",
        "用当时已知的数据在过去{count}期的期初重做预测，结果有{inside}次落在80%区间内。中位数的误差为实际的{wape}。",
    ),
    "past.classic": (
        "The classic, open amounts times the stage's win rate, missed by {classic}.",
        "传统方法（在手金额乘以阶段赢单率）的误差为{classic}。",
    ),
    "past.deals": (
        "Of two deals, one won and one not, the won one had the higher chance in {auc} of cases. Brier score {brier} (0 is perfect), {deals} chances.",
        "随机取一个赢单和一个未赢的商机，{auc}的情况下赢单者的概率更高。布里尔分数{brier}（0为最佳），共{deals}个概率。",
    ),
    "past.saved": (
        "Of {count} forecasts that were kept, {coverage} had the result in their 80% interval; their medians missed by {wape}.",
        "在保存过的{count}次预测中，{coverage}的结果落在80%区间内；中位数误差{wape}。",
    ),
    "past.short": ("The history is too short to look back.", "历史太短，无法回顾。"),
    # Gaps of data
    "data": ("What to enter next", "接下来该补充的数据"),
    "data.none": ("Nothing is missing.", "没有缺失。"),
    "data.resolved": ("{stage}: {count} more deals must be decided before its rate is stable.", "{stage}：还需{count}个商机有结果，推进率才稳定。"),
    "data.paths": ("{count} closed deals tell of no stage they went through.", "{count}个已结商机没有阶段记录。"),
    "data.amounts": ("{count} open deals have no amount and are in no forecast.", "{count}个在手商机没有金额，不在预测中。"),
    "data.currency": ("{count} open deals are in another currency than most.", "{count}个在手商机使用其他币种。"),
    "data.owners": ("{count} open deals have no owner.", "{count}个在手商机没有负责人。"),
    "data.segments": ("{count} open deals have no segment.", "{count}个在手商机没有细分市场。"),
    "data.sources": ("{count} open deals have no source.", "{count}个在手商机没有来源。"),
    "footer": (
        "Made by Kith {version} on {made}, sequence {sequence}, model {model}. Every number of this page stands in it as JSON too.",
        "由Kith {version}于{made}生成，序号{sequence}，模型{model}。本页所有数字也以JSON形式包含在页面中。",
    ),
}

# Warnings of the library, which are English, as Chinese: a pattern, and what its groups go into.
_WARNINGS = (
    (r"a stage has fewer than (\d+) resolved deals: .*", "有阶段的已决商机不足{0}个：预测依赖先验假设"),
    (r"(\d+) open deals are left out of the amounts: .*", "{0}个在手商机未计入金额：币种不同或没有金额"),
    (r"no arrivals on record: .*", "没有新商机的记录：不预计新商机"),
    (r"the month within the quarter matters .*", "季度内的月份有明显影响，已计入预测"),
    (r"since (\S+) (\S+) new deals a day come, (\S+) before", "自{0}起每天新增商机{1}个，此前为{2}个"),
    (r"since (\S+) (.+) go on from (.+), (.+) before", "自{0}起{2}阶段的推进率为{1}，此前为{3}"),
    (r"(owners|segments|sources) differ in the rate of stage (.+) \(p (.+)\): .*", "{2}阶段的推进率在不同{1}之间有差异（p {3}）：请分{1}查看漏斗"),
    (r"not enough resolved deals yet: (.+)", "已决商机不足：{0}"),
    (r"(\d+) deals were closed by their first recorded move .*", "{0}个商机的首条记录即为结束，不计入各阶段推进率"),
)
_GROUPS = {"owners": "负责人", "segments": "细分市场", "sources": "来源"}


def warning(text: str, lang: str) -> str:
    """A warning of the library in the language; as it is where there are no words for it."""
    if lang == "en":
        return text[:1].upper() + text[1:]
    for pattern, words in _WARNINGS:
        if found := re.fullmatch(pattern, text):
            groups = found.groups()
            return words.format(*groups[:1], *(_GROUPS[group] for group in groups[:1] if group in _GROUPS), *groups[1:])
    return text
