"""What kinds of renewal projects there are, in words that any Chinese city uses; nothing of one city.

A type of object of the policy is recognised by words of its Chinese label. A type that nothing matches is
`other`: it is drawn with plain settings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...domain.base import Label


@dataclass(frozen=True)
class Kind:
    """How projects of one kind are drawn.

    Attributes
    ----------
    marks : tuple of str
        Words by which a type's or class's Chinese label is recognised.
    works, functions, domains : tuple of str
        Words by which fitting works (and plan items), functions and bond domains are recognised.
    income : int
        Per cent of the projects with income.
    decades : tuple of int
        Weights of the cost decades 10^1 .. 10^5 万元.
    public : int
        Per cent led by a public body (else by enterprises or owners).
    scale : str
        Content and scale, with {a}: area, {n}: number.
    """

    marks: tuple[str, ...]
    works: tuple[str, ...]
    functions: tuple[str, ...]
    domains: tuple[str, ...]
    income: int
    decades: tuple[int, int, int, int, int]
    public: int
    scale: str


KINDS: dict[str, Kind] = {
    "village": Kind(("城中村", "城边村"), ("家园", "安居", "公共服务"), ("居住", "民生", "住", "服务"), ("城中村", "保障", "安居", "棚"), 90, (0, 5, 35, 45, 15), 10, "改造用地 {a} 平方米，安置 {n} 户"),
    "homes": Kind(("小区", "危旧", "住"), ("家园", "安居", "公共服务"), ("居住", "民生", "住", "服务"), ("保障", "安居", "老旧小区"), 30, (18, 40, 32, 9, 1), 45, "改造建筑面积 {a} 平方米，惠及 {n} 户"),
    "street": Kind(("街区", "历史", "商圈", "街", "标志", "文物"), ("商圈", "消费", "遗址", "文化", "风情"), ("消费", "文化", "商"), ("文化", "旅游"), 65, (5, 22, 42, 26, 5), 25, "更新街区 {a} 平方米，修缮建筑 {n} 栋"),
    "industry": Kind(("厂", "仓", "市场", "楼宇", "园区", "低效", "闲置"), ("园区", "楼宇", "厂房", "市场", "创新"), ("制造", "创新", "产业"), ("产业", "园区", "新型基础"), 85, (3, 15, 40, 34, 8), 8, "盘活建筑面积 {a} 平方米，导入企业 {n} 家"),
    "green": Kind(("绿", "滨", "廊", "公园", "水"), ("滨水", "绿道", "铁路", "小微"), ("生态", "绿", "环境"), ("生态", "环保", "水利"), 20, (25, 40, 28, 7, 0), 70, "整治绿地 {a} 平方米，新建节点 {n} 处"),
    "safety": Kind(("防灾", "安全", "应急", "防洪", "韧性"), ("防洪", "内涝", "避难"), ("安全", "韧性"), ("水利", "应急", "市政"), 15, (15, 38, 36, 11, 0), 75, "整治面积 {a} 平方米，消除隐患 {n} 处"),
    "public": Kind(("市政", "公共", "交通", "智慧", "设施", "管网", "道路", "轨道"), ("市政", "道路", "轨道", "公共服务"), ("设施", "交通", "服务"), ("市政", "交通", "停车", "社会事业", "医", "教"), 45, (12, 30, 36, 19, 3), 50, "建设面积 {a} 平方米，改造管线或设施 {n} 处"),
    "other": Kind((), (), (), (), 40, (10, 30, 40, 18, 2), 40, "更新面积 {a} 平方米，项目 {n} 处"),
}

ROADS: tuple[str, ...] = (
    "人民路", "建设路", "文化路", "解放路", "中山路", "新华路", "和平路", "胜利路", "光明路", "东风路",
    "友谊路", "劳动路", "工人路", "幸福路", "长江路", "黄河路", "淮河路", "嵩山路", "华山路", "泰山路",
    "长春路", "昆仑路", "航海路", "经八路", "纬五路", "政通路", "大学路", "学院路", "科学大道", "丰庆路",
    "优胜路", "健康路", "顺河路", "城东路", "城南路", "城北路", "西站路", "南阳路", "北环路", "兴华街",
    "永福街", "太康路", "振兴路", "职工路", "纺织路", "永安路", "工农路", "百花路", "互助路", "团结路",
)  # fmt: skip
SUFFIX: tuple[str, ...] = ("", "东段", "西段", "南段", "北段", "1号院", "3号院", "8号院", "片区", "沿线")
NUMERALS = "一二三四五六七八九十"

#: words in the label of an implementer kind, and who bears the name
BODIES: dict[str, tuple[str, ...]] = {
    "government": ("政府", "部门", "事业", "财政"),
    "platform": ("平台",),
    "soe": ("国有", "国企"),
    "market": ("市场", "社会", "民营", "民企", "企业"),
    "owner": ("业主", "产权", "居民", "权利人"),
}
BODY_NAMES: dict[str, tuple[str, ...]] = {
    "government": ("城市更新服务中心", "住房保障中心", "市政工程中心", "园林绿化中心"),
    "platform": ("城市建设投资公司", "城市更新发展公司"),
    "soe": ("国有资产运营公司", "地产集团公司"),
    "market": ("置业公司", "商业运营公司", "产业发展公司"),
    "owner": ("业主自治组织", "产权单位联合体"),
}


def kind_of(*labels: Label | None) -> str:
    """Return the kind of project that the labels (type first, then class) tell."""
    for label in labels:
        for name, kind in KINDS.items():
            if label is not None and any(mark in label.zh for mark in kind.marks):
                return name
    return "other"


def body_of(id: str, label: Label) -> str:
    """Return who an implementer kind is: by its id, else by words of its label."""
    if id in BODIES:
        return id
    return next((body for body, words in BODIES.items() if any(w in label.zh for w in words)), "market")


def fitting(labels: Mapping[str, Label], words: Sequence[str]) -> list[str]:
    """Return the ids whose Chinese label holds one of the words; all ids when none does."""
    hits = [i for i, label in labels.items() if any(w in label.zh for w in words)]
    return hits or list(labels)


def numeral(number: int) -> str:
    """Return 1 to 10 as a Chinese numeral, larger numbers in digits."""
    return NUMERALS[number - 1] if number <= 10 else str(number)
