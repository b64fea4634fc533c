"""What the library's reasons are in Chinese, and what to do: its own messages and hints are English."""

import re

REASONS = {
    "IoError": ("读写磁盘失败", "检查磁盘后再试"),
    "DiskFull": ("磁盘已满", "腾出磁盘空间后再试"),
    "MapFull": ("数据库已达到允许的最大容量", "删除不需要的记录，或提高容量上限"),
    "ReadersFull": ("同时打开的快照过多", "关闭不用的快照后再试"),
    "Corrupt": ("数据库文件已损坏", "运行 kith verify；从备份恢复，或把还能读出的部分救回"),
    "FormatNewer": ("数据库由更新的版本写成，请升级程序", "升级程序"),
    "FormatUnknown": ("这不是 Kith 数据库", "检查路径；用 kith init 新建"),
    "FileSystemUnsupported": ("此文件系统不支持，请放在本地磁盘上", "把数据库放在本地磁盘上"),
    "Forked": ("不能使用父进程打开的数据库", "在子进程中重新打开"),
    "AlreadyOpen": ("数据库已用其他选项打开", "用相同的选项，或先关闭另一处"),
    "Locked": ("数据库正被占用", "稍后再试，或先关闭占用它的进程"),
    "ReadOnly": ("数据库以只读方式打开", "以可写方式打开"),
    "PermissionDenied": ("没有文件权限", "检查目录和文件的权限"),
    "DatabaseMissing": ("没有这个数据库，请先运行 kith init", "运行 kith init，或用 --db 指定路径"),
    "DatabaseReplaced": ("数据库目录已被替换，请重新打开", "重新打开"),
    "Recovering": ("数据库正在恢复，请稍后再试", "稍后再试"),
    "Closed": ("已经关闭", "重新打开后再试"),
    "SnapshotExpired": ("快照打开太久，已失效", "重新读取"),
    "OutOfMemory": ("内存不足", "释放内存，或分成几批"),
    "Timeout": ("超时，未作任何更改", "再试一次，或放宽时限"),
    "OutcomeUnknown": ("超时，结果未知：请用相同的 --key 重试", "用相同的 --key 重试"),
    "Cancelled": ("已取消", "需要时再试一次"),
    "PathUnsafe": ("路径不安全", "去掉同组和其他用户的写权限，并确认属于本用户"),
    "ReaderLag": ("有快照打开太久，暂停写入", "结束打开太久的读取"),
    "CursorExpired": ("翻页位置已失效，请从头读取", "从头读取"),
    "HistoryPruned": ("该时间之前的历史已被清理", "选一个更晚的时间，或读取更早的备份"),
    "UnknownType": ("没有这个类型", "用 kith schema 查看有哪些类型"),
    "UnknownField": ("没有这个字段", "用 kith schema 加类型名查看有哪些字段"),
    "UnknownIndex": ("没有这个索引", "用 kith schema 加类型名查看有哪些索引"),
    "UnknownBehaviour": ("没有这种行为", "检查定义中的拼写"),
    "PackageMalformed": ("包的定义有误", "按提示的位置修改定义"),
    "PackageConflict": ("包与已有定义冲突", "改名，或先处理已有的定义"),
    "PackageMissing": ("没有安装这个包", "用 kith package 安装"),
    "CatalogChanged": ("定义刚刚有变更，请重试", "再试一次"),
    "DerivationMissing": ("此版本缺少数据库所需的派生规则，只能只读打开", "升级程序"),
    "PackageInUse": ("包仍在使用，或仍有数据", "先移走数据，或连同数据一起删除"),
    "ForeignNamespace": ("不能更改其他厂商的定义或字段", "请其厂商更改"),
    "WrongKind": ("值的种类不对", "按字段的种类填写；种类见 kith schema 加类型名"),
    "NotUtf8": ("不是 UTF-8 文本", "转换为 UTF-8 编码"),
    "TooLong": ("文本过长", "缩短文本"),
    "OutOfRange": ("值超出允许范围", "改为允许范围内的值"),
    "Required": ("缺少必填字段", "填写该字段"),
    "NotAChoice": ("不在可选值之中", "从可选值中选一个，见 kith schema 加类型名"),
    "Unique": ("与另一条记录重复", "修改那一条记录，或换一个值"),
    "RecordMissing": ("没有这条记录", "检查编号，或用 kith search 查找"),
    "NotFound": ("没有找到，或无权查看", "检查编号或名称，或用 kith search 查找"),
    "NoBrowser": ("没有 Chromium 或 Chrome", "安装 Chromium，用 $KITH_BROWSER 指定，或输出为 html"),
    "ReferenceMissing": ("所引用的记录不存在", "先创建所引用的记录，或在同一批中创建"),
    "ReferenceWrongType": ("所引用的记录类型不对", "引用类型正确的记录"),
    "StillReferenced": ("仍被其他记录引用，不能删除", "先删除引用它的记录，或清空其字段"),
    "VersionConflict": ("记录刚被他人更改，请重新读取后再试", "重新读取，再决定如何更改"),
    "IdempotencyMismatch": ("相同的键曾用于不同的内容", "内容不同时换一个键"),
    "EffectiveInFuture": ("生效时间不能在将来", "发生之后再记录；计划另有字段"),
    "FieldReadOnly": ("字段只读", "它由别处得出：要改阶段，请用 kith move"),
    "PreconditionFailed": ("前提条件不满足", "重新读取后再试"),
    "TooManyEffects": ("规则引起的更改过多", "检查相互触发的规则"),
    "BatchMalformed": ("批次的格式有误", "按提示的位置修改"),
    "ArithmeticOverflow": ("数字过大", "改用较小的数字，或分组计算"),
    "CurrencyMismatch": ("币种不同，不能直接相加", "先换算成一种币种，或每种币种各算一个合计"),
    "NotVisible": ("无权查看", "请有权的人处理"),
    "ExternalRefTaken": ("外部编号已被占用", "先从那一条记录上去掉，或合并两条记录"),
    "PatternMismatch": ("格式不符合要求", "按要求的格式填写"),
    "NotATransition": ("不允许这样转换状态", "改为允许的下一个状态"),
    "NotAllowed": ("没有权限", "请有权的人处理"),
    "CheckFailed": ("不符合校验规则", "修改数据，使其符合规则"),
    "EdgeTaken": ("这一关系已存在", "先结束或修改已有的关系"),
    "Cycle": ("关系形成了循环", "先修改其中另一条记录，或指向别处"),
    "ExpressionMalformed": ("表达式有误", "按提示的位置修改表达式"),
    "EndOfCursor": ("已到末尾", "无需处理"),
    "CostExceeded": ("查询代价超过上限", "缩小条件，或放宽上限"),
    "QueryMalformed": ("查询的格式有误", "按提示的位置修改查询"),
    "NotPipelined": ("这类记录没有阶段", "选择有阶段的记录类型"),
    "UnknownPipeline": ("没有这个管道", "用 kith pipeline 查看有哪些管道"),
    "UnknownStage": ("没有这个阶段", "用 kith pipeline 查看有哪些阶段"),
    "StageArchived": ("阶段已归档", "移到其他阶段，或取消归档"),
    "NotEnoughData": ("数据不足，无法得出可靠的数字", "等数据多一些，或不用严格模式"),
    "FileUnreadable": ("文件无法读取", "检查文件是否存在、是否可读、格式是否正确"),
    "MappingMalformed": ("导入的对应关系有误", "按提示的位置修改对应关系"),
    "RowRejected": ("有行未能导入", "查看错误文件，改正后重新导入"),
    "LinesMalformed": ("JSON Lines 文件的格式有误", "按提示的行修改文件"),
    "NullHandle": ("对象已关闭", "重新打开后再试"),
    "BadOptions": ("选项有误", "检查选项的值，见 --help"),
    "LimitExceeded": ("超过上限", "减少数量，或分成几批"),
    "Internal": ("内部错误", "请报告此问题，附上原文"),
}

# Hints of a fixed form, whose names or examples are what helps.
_HINTS = [
    (re.compile(pattern), chinese)
    for pattern, chinese in (
        (r"did you mean [\"'](.*)[\"']\?", r"是否指“\1”？"),
        (r"(?:known are|there are):? (.*)", r"已有：\1"),
        (r"only these have a pipeline: (.*)", r"只有这些有管道：\1"),
        (r"write it (?:like|as) (.*)", r"写法：\1"),
        (r"after (.*) may come: (.*)", r"“\1”之后可以是：\2"),
        (r"(\S+) is final", r"“\1”是最终状态"),
        (r"(?:see what there is|see them all|see): (.*)", r"查看：\1"),
        (r"make one: (.*); or name another: (.*)", r"新建：\1；或指定另一个：\2"),
        (r"limit (k\w+), (\d[\d,]*(?: [KMG]iB)?).*", r"上限 \2（\1）"),
    )
]


def advice(reason: str, hint: str) -> str:
    """What to do, in Chinese: the hint, or what its reason asks for.

    >>> advice("UnknownStage", 'did you mean "negotiation"?'), advice("Unique", "the batch gives the value twice")
    ('是否指“negotiation”？', '修改那一条记录，或换一个值')
    """
    for pattern, chinese in _HINTS:
        if found := pattern.fullmatch(hint):
            return found.expand(chinese)
    return REASONS[reason][1]
