// What the page says, in both languages. Names of figures and of what they are grouped by come with the figures.
import { language } from "./state";

const ZH = {
  title: "鸣哨", tagline: "有呼必应，件件有着落", other: "English", skip: "跳到内容",
  overview: "总览", departments: "部门", map: "地图", explore: "查询", sign_out: "退出",
  key: "看板钥匙", enter: "进入", key_note: "本机的钥匙：mingshao key dashboard",
  bad_key: "这把钥匙不认识，或已收回。请换一把。", wrong_key: "这把钥匙不能看数字，请用看板钥匙。",
  opening: "正在连接…", live: "实时", away: "数据库暂不可用", down: "连接中断",
  as_of: "截至", stands: "数字停在", ago: "前", seconds: "秒", minutes: "分钟", hours: "小时",
  period: "时段", all: "全部", year: "今年", month: "本月", days30: "近 30 天", days7: "近 7 天", today: "今日",
  inflow: "今日来件", by_hour: "逐时", trend30: "近 30 天", rates: "主要比率", overdue: "超期件",
  interval: "95% 区间", coverage: "覆盖率", nothing_yet: "还没有数据", hidden: "少于 10 件，不公示",
  n: "件数", numerator: "分子", denominator: "分母", left_out: "不计", score: "综合得分",
  department: "部门", search: "查找", per_10000: "每万人",
  receipt: "凭据", agrees: "与台账逐区核对一致", disagrees: "与台账不一致：请告知管理员", counting: "正在逐件核对…",
  as_then: "当时的数字，只按件核算", definition: "定义", version: "版本", source: "出处", position: "计到日志位置",
  cases: "件", more: "再看一页", export: "导出", timeline: "办理经过",
  close: "关闭", failed: "没有读到，请重试",
  rate: "指标", basis: "基准", reading: "口径", group_by: "分组", then_by: "再按", none: "不分组", from: "起", to: "止",
  chart: "图", table: "表", by: "粒度", whole: "合计", link: "复制此查询的链接", copied: "已复制", show: "显示",
  colour_by: "着色", grids: "网格", communities: "社区", few: "少", many: "多", low: "低", high: "高", no_cases: "无件",
  public_title: "办理情况公示", since: "自", total: "全街道",
  public_note: "比率按登记日或到期时间计；少于 10 件的不公示。", hidden_departments: "个部门件数太少，未列出",
  how: "这些数字怎么算", time: "时间", no_rate: "没有这个指标：", week: "周", day: "日", hour: "时",
  alerts: "条预警", no_alerts: "无预警", judged_last: "预警上次判断于", not_judged: "预警还没有判断过", broken_rules: "无法判断的预警规则",
  cleared_lately: "七天内解除", rule_gone: "规则已改或撤下", under: "低于", over: "超过", usually: "平日", from_factor: "达到", rest: "其余",
};
const EN: Record<keyof typeof ZH, string> = {
  title: "Mingshao", tagline: "Every call is answered and followed to its end", other: "中文", skip: "Skip to content",
  overview: "Overview", departments: "Departments", map: "Map", explore: "Explore", sign_out: "Sign out",
  key: "Dashboard key", enter: "Enter", key_note: "The local one: mingshao key dashboard",
  bad_key: "This key is not known or was withdrawn. Try another.", wrong_key: "This key may not see figures; use a dashboard key.",
  opening: "Connecting…", live: "Live", away: "The database does not answer", down: "Connection lost",
  as_of: "as of", stands: "figures stand at", ago: "ago", seconds: "s", minutes: "min", hours: "h",
  period: "Period", all: "All", year: "This year", month: "This month", days30: "30 days", days7: "7 days", today: "Today",
  inflow: "Received today", by_hour: "by hour", trend30: "30 days", rates: "Main rates", overdue: "Overdue",
  interval: "95 % interval", coverage: "Coverage", nothing_yet: "No data yet", hidden: "fewer than 10, not shown",
  n: "Cases", numerator: "Numerator", denominator: "Denominator", left_out: "Left out", score: "Score",
  department: "Department", search: "Find", per_10000: "per 10,000",
  receipt: "Receipt", agrees: "The cases add up to the figure, partition by partition", disagrees: "The cases do not add up to the figure: tell an administrator", counting: "Counting the cases again…",
  as_then: "As it was then, counted from the cases alone", definition: "Definition", version: "version", source: "Source", position: "Counted up to log position",
  cases: "cases", more: "Another page", export: "Export", timeline: "What happened",
  close: "Close", failed: "Could not be read; try again",
  rate: "Figure", basis: "Basis", reading: "Reading", group_by: "Group by", then_by: "then by", none: "none", from: "From", to: "To",
  chart: "Chart", table: "Table", by: "By", whole: "Total", link: "Copy a link to this", copied: "Copied", show: "Show",
  colour_by: "Colour by", grids: "Grids", communities: "Communities", few: "few", many: "many", low: "low", high: "high", no_cases: "no cases",
  public_title: "How it is handled", since: "since", total: "The whole street",
  public_note: "Shares by the day received or the due time; nothing is said of fewer than 10 cases.", hidden_departments: "departments have too few cases and are not listed",
  how: "How these figures are made", time: "Time", no_rate: "There is no such figure:", week: "week", day: "day", hour: "hour",
  alerts: "alerts", no_alerts: "No alerts", judged_last: "Alerts were last judged at", not_judged: "Alerts have not been judged yet", broken_rules: "Alert rules that cannot be judged",
  cleared_lately: "Cleared in seven days:", rule_gone: "the rule was changed or removed", under: "under", over: "over", usually: "usually", from_factor: "told from", rest: "the rest",
};
export type Word = keyof typeof ZH;

/** In the language of now. Reads a signal, so what shows it is drawn anew when the language changes. */
export function say(word: Word): string {
  return (language.value === "zh" ? ZH : EN)[word];
}

const CODES: Record<string, [string, string]> = {
  cohort: ["按登记日", "by day received"], due: ["按到期时间", "by due time"], flow: ["按发生时间", "by time of event"],
  full: ["全口径", "full"], assessed: ["考核口径", "assessed"],
  open: ["在办", "open"], closed: ["已办结", "closed"], rejected: ["不予受理", "rejected"], void: ["作废", "void"],
  merged: ["并单", "merged"], returned: ["已退回", "returned"], received: ["已登记", "received"],
  excluded: ["已剔除", "excluded"], not_valid: ["不是有效件", "not a valid case"], has_none: ["没有这一项可计", "nothing of it to count"],
  channel: ["渠道", "Channel"], department: ["部门", "Department"], category: ["类别", "Category"], grid: ["网格", "Grid"],
  urgency: ["紧急程度", "Urgency"], community: ["社区", "Community"], street: ["街道", "Street"],
  category_1: ["一级类别", "Category, level 1"], category_2: ["二级类别", "Category, level 2"],
};

// the moves of a case, as routing names them
const ACTIONS: Record<string, string> = {
  submit: "登记", accept: "受理", reject: "不予受理", return_up: "申请向上退单", grant_return_up: "同意退回", refuse_return_up: "不同意退回",
  dispatch: "派单", ask_assist: "申请协办", assist: "派协办", refuse_assist: "不同意协办", release: "解除协办", consult: "会商", opine: "会商意见",
  conclude: "会商结束", whistle: "鸣哨", report_in: "报到", sign: "签收", return: "退单", refuse_return: "驳回退单", contact: "先行联系",
  handle: "开始办理", ask_hold: "申请挂账", hold: "挂账", refuse_hold: "不同意挂账", resume: "恢复", ask_extend: "申请延期", extend: "延期",
  refuse_extend: "不同意延期", reply: "答复", self_handle: "自办", send_back: "审核退回", verify: "核查", close: "办结", redo: "重办",
  follow_up: "回访", rate: "评价", archive: "归档", merge: "并单", split: "拆单", link: "并案", unlink: "解除并案", remind: "催办",
  supervise: "督办", escalate: "提级", void: "作废", amend: "补充", ask_exclude: "申请剔除", exclude: "剔除", refuse_exclude: "不同意剔除",
  publish: "公示", withdraw: "撤下", correct: "更正", absorb: "并入", let_go: "移出", follow: "随主件", hand_over: "移交", reclock: "重定时限",
};
const ROLES: Record<string, string> = {
  source: "来源", department: "部门", dispatcher: "派单员", supervisor: "督查员", followup: "回访员", routing: "系统", admin: "管理员",
};

/** A move's name. */
export function moveName(action: string): string {
  return language.value === "zh" ? (ACTIONS[action] ?? action) : action.replaceAll("_", " ");
}

/** Who acted: a role, or whose key it was. */
export function senderName(sender: string, labels: Record<string, { zh?: string; en?: string }>): string {
  const [role = "", subject] = sender.split(":");
  const named = language.value === "zh" ? (ROLES[role] ?? role) : role;
  return subject ? pick(labels[subject]?.zh, labels[subject]?.en) || `${named} ${subject}` : named;
}

/** The name of a code of ours; the code itself where it has none. */
export function named(code: string): string {
  const found = CODES[code];
  return found ? found[language.value === "zh" ? 0 : 1] : code;
}

/** The one of a pair of names that fits. */
export function pick(zh: string | undefined, en: string | undefined): string {
  return (language.value === "zh" ? zh || en : en || zh) ?? "";
}
