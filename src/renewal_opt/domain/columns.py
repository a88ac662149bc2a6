"""The library's columns (domain.md 3): one table that readers, templates, checks and filters share.

Kinds of value, and the Python type that a loaded value has:

``code`` text identifier; ``text``; ``list`` one id of a vocabulary; ``multi`` several ids (tuple);
``shares`` id to share in percent (dict of Decimal); ``yes_no`` ``"yes"``/``"no"``; ``tri``
``"yes"``/``"no"``/``"unclear"``; ``negative`` ``"none"`` (不涉及), ``"involved"`` (涉及), ``"unclear"`` (待核);
``money`` whole 元 (int); ``number`` Decimal; ``integer`` int; ``year`` int; ``date`` datetime.date.
"""

from __future__ import annotations

from dataclasses import dataclass

#: need of a column: required; for a new start (blank = unclear); conditional; optional (blank never excludes)
NEEDS = ("R", "N", "C", "O")


@dataclass(frozen=True)
class Column:
    """One column of the sheet 项目.

    Attributes
    ----------
    id : str
        English id, accepted as a header alias; the attribute's name in `Project`.
    zh, en : str
        Headers without the unit.
    kind : str
        Kind of value, see the module docstring.
    need : str
        ``R``, ``N``, ``C`` or ``O`` (domain.md 3).
    unit : str
        Unit as printed in the header, empty for none.
    vocabulary : str
        Name of the policy's list for ``list``, ``multi`` and ``shares`` columns.
    note_zh, note_en : str
        The note on the column in the template.
    """

    id: str
    zh: str
    en: str
    kind: str
    need: str
    unit: str = ""
    vocabulary: str = ""
    note_zh: str = ""
    note_en: str = ""

    def header(self, language: str = "zh") -> str:
        """Return the header with its unit, as the template prints it."""
        name = self.zh if language == "zh" else self.en
        if not self.unit:
            return name
        return f"{name}（{self.unit}）" if language == "zh" else f"{name} ({self.unit})"


def _c(id: str, zh: str, en: str, kind: str, need: str, unit: str = "", vocabulary: str = "", zn: str = "", nn: str = "") -> Column:
    return Column(id, zh, en, kind, need, unit, vocabulary, zn, nn)


COLUMNS: tuple[Column, ...] = (
    _c("id", "项目编号", "project id", "code", "R", zn="唯一编号，按文本读取", nn="unique, read as text"),
    _c("name", "项目名称", "project name", "text", "R"),
    _c("applicant", "申报单位", "applicant", "text", "R", zn="区政府或市直部门", nn="district or department"),
    _c("lead", "责任单位", "responsible unit", "text", "O"),
    _c("district", "所在区", "district", "list", "R", vocabulary="districts"),
    _c("district_shares", "跨区占比", "district shares", "shares", "O", "%", "districts", "如 金水区:60;二七区:40，合计100", "e.g. jinshui:60;erqi:40, adding to 100"),
    _c("implementer", "实施主体", "implementer", "text", "C"),
    _c("implementer_kind", "主体类型", "kind of implementer", "list", "R", vocabulary="implementer_kinds"),
    _c("content", "建设内容及规模", "content and scale", "text", "R"),
    _c("object_class", "更新对象类别", "object class", "list", "R", vocabulary="object_classes"),
    _c("object_type", "更新对象细类", "object type", "list", "R", vocabulary="object_types"),
    _c("mode", "更新方式", "renewal mode", "list", "R", vocabulary="modes"),
    _c("work", "所属工程", "work", "list", "R", vocabulary="works"),
    _c("function_type", "主导功能", "function type", "list", "R", vocabulary="function_types"),
    _c("plan_items", "对应规划条目", "plan items", "multi", "O", vocabulary="plan_items", zn="多项以分号隔开", nn="several, separated by semicolons"),
    _c("zone", "更新分区", "zone", "list", "R", vocabulary="zones"),
    _c("key_area", "三区十片", "key area", "list", "O", vocabulary="key_areas"),
    _c("unit", "更新单元", "renewal unit", "code", "O"),
    _c("unit_type", "单元类型", "unit type", "list", "O", vocabulary="unit_types"),
    _c("coord_area", "统筹片区", "coordinated area", "code", "C"),
    _c("coord_role", "片区角色", "role in area", "list", "C", vocabulary="coord_roles"),
    _c("in_scope", "位于主城区现状建设用地", "inside the plan's scope", "tri", "N"),
    _c("part", "计划类别", "part", "list", "R", vocabulary="parts"),
    _c("exit_doc", "退出文号", "exit document", "text", "C"),
    _c("start_year", "开工年", "start year", "year", "R"),
    _c("end_year", "完工年", "end year", "year", "R"),
    _c("total_investment", "总投资", "total investment", "money", "R", "万元"),
    _c("idc", "其中建设期利息", "interest during construction", "money", "C", "万元"),
    _c("relocation", "征拆费用", "relocation cost", "money", "O", "万元"),
    _c("spent_to_date", "累计完成投资", "spent to date", "money", "C", "万元"),
    _c("secured_doc", "落实资金文号", "document of secured money", "text", "O"),
    _c("bond_domain", "专项债投向领域", "bond domain", "list", "C", vocabulary="bond_domains"),
    _c("bond_ban", "是否禁止类", "on the bond ban list", "yes_no", "C"),
    _c("bond_review", "专项债审核状态", "bond review", "list", "C", vocabulary="bond_reviews"),
    _c("stage", "全周期阶段", "life-cycle stage", "list", "R", vocabulary="stages"),
    _c("area_doc", "片区策划方案文号", "area scheme document", "text", "N"),
    _c("scheme_doc", "项目实施方案文号", "implementation scheme document", "text", "N"),
    _c("approval_doc", "批复文号", "approval document", "text", "N"),
    _c("check_year", "体检年度", "health-check year", "year", "N"),
    _c("check_report", "体检报告", "health-check report", "text", "N"),
    _c("check_issue", "对应体检问题", "health-check issue", "text", "O"),
    _c("neg_evidence", "负面清单依据", "evidence on the negative list", "text", "O"),
    _c("waiver_items", "豁免条目", "waived items", "multi", "C", vocabulary="waivable"),
    _c("waiver_authority", "豁免机关", "waiver authority", "text", "C"),
    _c("waiver_number", "豁免文号", "waiver number", "text", "C"),
    _c("waiver_date", "豁免日期", "waiver date", "date", "C"),
    _c("waiver_scope", "豁免范围", "waiver scope", "text", "C"),
    _c("waiver_expiry", "豁免有效期至", "waiver expiry", "date", "C"),
    _c("waiver_conditions", "豁免条件", "waiver conditions", "text", "O"),
    _c("waiver_opinion", "主管部门书面意见", "written opinion of the authority", "text", "C"),
    _c("waiver_rule", "所涉规定", "rule concerned", "text", "C"),
    _c("consent", "同意率", "consent", "number", "C", "%"),
    _c("demand", "需求强烈程度", "demand", "list", "O", vocabulary="demand"),
    _c("difficulty", "实施难度", "difficulty", "list", "O", vocabulary="difficulty"),
    _c("months_to_effect", "见效时间", "months to effect", "integer", "O", "月"),
    _c("demonstration", "试点示范", "demonstration", "yes_no", "O"),
    _c("households", "受益户数", "households", "integer", "C", "户"),
    _c("residents", "受益人数", "residents", "integer", "O", "人"),
    _c("jobs_added", "新增就业", "jobs added", "integer", "O", "个"),
    _c("gfa_existing", "现状建筑面积", "existing floor area", "number", "C", "㎡"),
    _c("gfa_demolished", "拆除建筑面积", "demolished floor area", "number", "C", "㎡"),
    _c("gfa_illegal", "其中违建面积", "illegal floor area", "number", "C", "㎡"),
    _c("gfa_dangerous", "其中危房面积", "dangerous floor area", "number", "C", "㎡"),
    _c("gfa_new", "新建建筑面积", "new floor area", "number", "C", "㎡"),
    _c("gfa_public", "公共服务建筑面积", "public-service floor area", "number", "C", "㎡"),
    _c("moved", "搬迁户数", "households moved", "integer", "C", "户"),
    _c("rehoused_near", "就地就近安置户数", "rehoused nearby", "integer", "C", "户"),
    _c("housing_before", "更新前住宅面积", "housing before", "number", "C", "㎡"),
    _c("housing_after", "更新后住宅面积", "housing after", "number", "C", "㎡"),
    _c("industry_before", "更新前产业面积", "industry before", "number", "C", "㎡"),
    _c("industry_after", "更新后产业面积", "industry after", "number", "C", "㎡"),
    _c("in_industry_block", "工业区块线内", "inside industry block", "yes_no", "C"),
    _c("built_year", "建成年份", "built year", "year", "C"),
    _c("complete_community", "完整社区", "complete communities", "integer", "O", "个"),
    _c("services_15min", "15分钟设施补短板", "15-minute services added", "integer", "O", "类"),
    _c("green_area", "新增绿地", "green area added", "number", "O", "㎡"),
    _c("park_covered", "新增公园覆盖人口", "residents newly near a park", "integer", "O", "人"),
    _c("flood_points", "消除积水点", "flood points removed", "integer", "O", "处"),
    _c("shelter_area", "新增避难面积", "shelter area", "number", "O", "㎡"),
    _c("parking", "新增泊位", "parking spaces", "integer", "O", "个"),
    _c("rail_distance", "距轨道站点", "distance to rail", "number", "O", "m"),
    _c("centre_level", "中心等级", "centre level", "list", "O", vocabulary="centre_levels"),
    _c("x", "经度", "longitude", "number", "O", "度"),
    _c("y", "纬度", "latitude", "number", "O", "度"),
    _c("as_of", "数据日期", "data as of", "date", "R"),
    _c("filled_by", "填报人", "filled by", "text", "O"),
    _c("remark", "备注", "remark", "text", "O"),
)

BY_ID: dict[str, Column] = {c.id: c for c in COLUMNS}

#: families of columns whose names carry a number, a year, a channel or an item of the negative list:
#: (Project attribute, Chinese pattern, English pattern, kind, unit); `{k}` is the variable part
FAMILIES: tuple[tuple[str, str, str, str, str], ...] = (
    ("spend", "开工后第{k}年投资", "spend_{k}", "money", "万元"),  # k = 1..MAX_SPEND_YEARS
    ("remaining", "{k}年剩余投资", "spend_{k}", "money", "万元"),  # k = calendar year, 续建
    ("in_place", "累计到位-{k}", "in_place_{k}", "money", "万元"),  # k = channel
    ("ask", "申请资金-{k}", "ask_{k}", "money", "万元"),  # k = channel
    ("secured", "已落实资金-{k}", "secured_{k}", "money", "万元"),  # k = channel
    ("neg", "负面清单-{k}", "neg_{k}", "negative", ""),  # k = item number 1..6 (①-⑥) or item id
)

MAX_SPEND_YEARS = 10

#: columns of the sheet 收益 (revenue): id, zh, kind, unit
REVENUE_COLUMNS: tuple[tuple[str, str, str, str], ...] = (
    ("project", "项目编号", "code", ""),
    ("year", "年度", "year", ""),
    ("revenue_class", "收益类别", "list", ""),
    ("gross", "毛收入", "money", "万元"),
    ("operating_cost", "运营成本", "money", "万元"),
    ("tax", "税费", "money", "万元"),
    ("pledged_net", "可质押净收益", "money", "万元"),
    ("document", "文号", "text", ""),
    ("payer", "来源项目", "code", ""),
)

#: columns of the sheet 关系 (relations)
RELATION_COLUMNS: tuple[tuple[str, str, str, str], ...] = (
    ("kind", "关系类型", "list", ""),
    ("project", "项目编号", "code", ""),
    ("other", "相关项目编号", "code", ""),
    ("lag", "滞后年数", "integer", ""),
    ("group", "组号", "code", ""),
)

SHEETS = {"projects": ("项目", "projects"), "revenue": ("收益", "revenue"), "relations": ("关系", "relations"), "about": ("说明", "about")}
