// What the page says, in both languages. Names of figures and of what they are grouped by come with the figures.
import { language } from "./state";

const ZH = {
  title: "鸣哨", tagline: "有呼必应，件件有着落", other: "English", skip: "跳到内容",
  overview: "总览", departments: "部门", map: "地图", explore: "查询", sign_out: "退出", still_in: "未能退出，请再点一次",
  key: "看板钥匙", enter: "进入", key_note: "本机的钥匙：mingshao key dashboard",
  bad_key: "这把钥匙不认识，或已收回。请换一把。", wrong_key: "这把钥匙不能看数字，请用看板钥匙。",
  opening: "正在连接…", live: "实时", away: "数据库暂不可用", down: "连接中断",
  as_of: "截至", stands: "数字停在", ago: "前", seconds: "秒", minutes: "分钟", hours: "小时",
  period: "时段", all: "全部", days30: "近 30 天", days7: "近 7 天", today: "今日",
  inflow: "今日来件", trend30: "近 30 天", rates: "主要比率",
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
  public_note: "比率按登记日或到期时间计；少于 10 件的不公示。", hidden_departments: "个部门不公示：件数太少，说了就可能看出是谁的事",
  how: "这些数字怎么算", time: "时间", no_rate: "没有这个指标：",
  alerts: "条预警", no_alerts: "无预警", judged_last: "预警上次判断于", not_judged: "预警还没有判断过", broken_rules: "无法判断的预警规则",
  cleared_lately: "七天内解除", rule_gone: "规则已改或撤下", under: "低于", over: "超过", usually: "平日", from_factor: "达到", rest: "其余",
  all_times: "全部时间", median: "中位数", counted: "计入",
  counted_to: "统计截至", counted_unknown: "统计到何时还不知道", late_by: "落后", behind_note: "此后发生的还没有计入，正在追上",
  overdue: "超期", overdue_note: "到期了还没有答复，现在就要办", late_note: "答复了，但晚于期限",
  due_at: "期限", late: "迟", untitled: "（标题不显示）",
  by_hour: "逐时", by_day: "逐日", by_week: "逐周", by_month: "逐月", by_year: "逐年",
  young: "虚线：还没有都到期", young_over: "虚线：还没有过完", young_why: "新来的件还没到期，办结、答复自然少，不能与前面相比", axis_cut: "纵轴从", axis_from: "起",
  unranked: "不排名", score_note: "任一项少于", score_note_n: "件的不排名",
  no_department: "没有这个部门：", no_department_why: "。它可能从未有过件，或地址写错了。返回", none_in_period: "这个时段没有件。", show_all: "看全部时间",
  empty_title: "还没有件：从第一件开始", empty_lead: "数字是从推送进来的件算出来的。现在一件也没有。",
  empty_push: "在装有鸣哨的机器上推送一件：", empty_sources: "要接入热线、网格或别的来源，见文档 docs/connecting.md。", empty_live: "推送之后几秒，这一页自己会变，不用刷新。",
  large: "大字版", again: "重试", gone_session: "登录已结束，请重新进入", not_for_you: "这把钥匙不能看这里", not_there: "没有找到：它不存在，或已经不在了",
  not_understood: "这个问题没有答案，请改一改再问", too_often: "问得太快了，请稍等再试", resting: "数据还没有准备好，请稍等再试",
  alerts_wait: "统计落后，预警暂不判断，等追上再说",
};
const EN: Record<keyof typeof ZH, string> = {
  title: "Mingshao", tagline: "Every call is answered and followed to its end", other: "中文", skip: "Skip to content",
  overview: "Overview", departments: "Departments", map: "Map", explore: "Explore", sign_out: "Sign out", still_in: "Not signed out: press again",
  key: "Dashboard key", enter: "Enter", key_note: "The local one: mingshao key dashboard",
  bad_key: "This key is not known or was withdrawn. Try another.", wrong_key: "This key may not see figures; use a dashboard key.",
  opening: "Connecting…", live: "Live", away: "The database does not answer", down: "Connection lost",
  as_of: "as of", stands: "figures stand at", ago: "ago", seconds: "s", minutes: "min", hours: "h",
  period: "Period", all: "All", days30: "30 days", days7: "7 days", today: "Today",
  inflow: "Received today", trend30: "30 days", rates: "Main rates",
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
  public_note: "Shares by the day received or the due time; nothing is said of fewer than 10 cases.", hidden_departments: "departments are withheld: so few cases that one might tell whose they are",
  how: "How these figures are made", time: "Time", no_rate: "There is no such figure:",
  alerts: "alerts", no_alerts: "No alerts", judged_last: "Alerts were last judged at", not_judged: "Alerts have not been judged yet", broken_rules: "Alert rules that cannot be judged",
  cleared_lately: "Cleared in seven days:", rule_gone: "the rule was changed or removed", under: "under", over: "over", usually: "usually", from_factor: "told from", rest: "the rest",
  all_times: "all times", median: "median", counted: "Counted",
  counted_to: "Counted up to", counted_unknown: "It is not known up to when is counted", late_by: "behind by", behind_note: "what happened since is not in the figures yet; they are catching up",
  overdue: "Overdue", overdue_note: "due and not answered: to be done now", late_note: "answered, but after the due time",
  due_at: "due", late: "late by", untitled: "(title not shown)",
  by_month: "by month", by_hour: "by hour", by_day: "by day", by_week: "by week", by_year: "by year",
  young: "dashed: not all due yet", young_over: "dashed: not over yet", young_why: "new cases are not due, so fewer of them are closed or answered; not to be compared with those before", axis_cut: "axis from", axis_from: "up",
  unranked: "not ranked", score_note: "not ranked with fewer than", score_note_n: "cases of any part",
  no_department: "There is no such department: ", no_department_why: ". It may never have had a case, or the address is wrong. Back to", none_in_period: "No cases in this period.", show_all: "Show all times",
  empty_title: "No cases yet: begin with the first", empty_lead: "Figures are made of the cases that are pushed in. There is none yet.",
  empty_push: "Push one, on the machine that has Mingshao:", empty_sources: "To connect a hotline, grids or another source, see docs/connecting.md.", empty_live: "Some seconds after the push this page changes by itself; no need to load it again.",
  large: "Large print", again: "Try again", gone_session: "The sign-in is over; please enter again", not_for_you: "This key may not see this", not_there: "Not found: it does not exist, or is gone",
  not_understood: "This question has no answer; please change it", too_often: "Asked too fast; wait a moment and try again", resting: "The data is not ready; wait a moment and try again",
  alerts_wait: "Counting is behind: alerts are not judged until it has caught up",
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

// what is left of a share, where it has a name of its own: the cases that missed what the share is of
const RESTS: Record<string, [string, string]> = {
  handled: ["未办结", "Not closed"], handled_due: ["到期未办结", "Due, not closed"], replied: ["未答复", "Not answered"],
  on_time: ["未按时", "Not on time"], on_time_first: ["首期未按时", "Not by the first promise"], assist_on_time: ["协办未按时", "Assists not on time"],
  signed_on_time: ["未及时签收", "Not signed on time"], contacted_first: ["未先行联系", "Not contacted first"],
  contacted: ["未联系", "Not contacted"], resolved: ["未解决", "Unsolved"],
  satisfied: ["不满意", "Dissatisfied"], satisfied_strict: ["不到满意", "Less than satisfied"], satisfied_first: ["首次不满意", "Dissatisfied at first"],
  not_dissatisfied: ["不满意", "Dissatisfied"], once_done: ["重办过", "Redone"],
  // of these the numerator is what is not wanted
  extended: ["未延期", "Not extended"], returned: ["未退单", "Not returned"], returned_up: ["未退回", "Not returned upward"], duplicate: ["不重复", "No duplicates"],
  redone: ["未重办", "Not redone"], verified_first: ["核查通过", "Verified"], self_handled: ["非自办", "Not on the spot"],
};

/** Why the end of a line is dashed: by the day received its cases are not due, else the span is not over. */
export function youngName(basis: string): string {
  return say(basis === "cohort" ? "young" : "young_over");
}

/** The third side of a share. */
export function restName(rate: string): string {
  const found = RESTS[rate] ?? ["未达标", "Missed it"];
  return found[language.value === "zh" ? 0 : 1];
}

// the moves of a case, as routing names them
const ACTIONS: Record<string, string> = {
  submit: "登记", accept: "受理", reject: "不予受理", return_up: "申请向上退单", grant_return_up: "同意退回", refuse_return_up: "不同意退回",
  dispatch: "派单", ask_assist: "申请协办", assist: "派协办", refuse_assist: "不同意协办", release: "解除协办", consult: "会商", opine: "会商意见",
  conclude: "会商结束", whistle: "鸣哨", report_in: "报到", sign: "签收", return: "退单", refuse_return: "驳回退单", contact: "先行联系",
  handle: "开始办理", ask_hold: "申请挂账", hold: "挂账", refuse_hold: "不同意挂账", resume: "恢复", ask_extend: "申请延期", extend: "延期",
  refuse_extend: "不同意延期", reply: "答复", self_handle: "自办", send_back: "审核退回", verify: "核查", close: "办结", redo: "重办",
  follow_up: "回访", rate: "评价", archive: "归档", merge: "并单", split: "拆单", link: "并案", unlink: "解除并案", remind: "催办",
  supervise: "督办", escalate: "提级", void: "作废", amend: "补充", ask_exclude: "申请剔除", exclude: "剔除", refuse_exclude: "不同意剔除",
  publish: "公示", withdraw: "撤下", correct: "更正", absorb: "并入", let_go: "移出", follow: "随主件", recategorise: "改类", hand_over: "移交", reclock: "重定时限",
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
