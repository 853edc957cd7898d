// What the page says, in both languages. Names of rates, channels and departments come with the figures.

export const WORDS = {
  zh: {
    title: "鸣哨", tagline: "有呼必应，件件有着落", page: "鸣哨 · 实时", other: "English",
    skip: "跳到数字", period: "时段", all: "全部", year: "今年", days30: "近 30 天", days7: "近 7 天",
    key: "看板钥匙", enter: "打开", key_note: "本机的钥匙：mingshao key dashboard",
    bad_key: "这把钥匙不认识，或已收回。请换一把。", wrong_key: "这把钥匙不能看数字，请用看板钥匙。",
    no_key: "等待钥匙", opening: "正在连接…", live: "实时", away: "数据库暂不可用", down: "连接中断",
    since: (time, age) => `数字停在 ${time}（${age}前）`, as_of: (time) => `截至 ${time}`,
    rates: "四项比率", today: "今日", by_channel: "按渠道", by_department: "按部门",
    meanings: "这些数字怎么算", position: "计到日志位置",
    interval: (low, high) => `95% 区间 ${low} – ${high}`, coverage: (share, part, whole) => `评价覆盖率 ${share}（${part}/${whole}）`,
    nothing: "尚无可计", nothing_yet: "还没有数据", group: { channel: "渠道", department: "部门" },
    of: { handled: "件已办结 / 有效件", replied: "件已答复 / 有效件", on_time: "件按时 / 到期件", satisfied: "件满意 / 已评价" },
    basis: { cohort: "按登记日", due: "按到期时间", flow: "按发生时间" },
    seconds: (n) => `${n} 秒`, minutes: (n) => `${n} 分钟`, hours: (n) => `${n} 小时`,
  },
  en: {
    title: "Mingshao", tagline: "Every call is answered and followed to its end", page: "Mingshao · live", other: "中文",
    skip: "Skip to the figures", period: "Period", all: "All", year: "This year", days30: "30 days", days7: "7 days",
    key: "Dashboard key", enter: "Open", key_note: "The local one: mingshao key dashboard",
    bad_key: "This key is not known or was withdrawn. Try another.", wrong_key: "This key may not see figures; use a dashboard key.",
    no_key: "Waiting for a key", opening: "Connecting…", live: "Live", away: "The database does not answer", down: "Connection lost",
    since: (time, age) => `figures as of ${time}, ${age} ago`, as_of: (time) => `as of ${time}`,
    rates: "The four rates", today: "Today", by_channel: "By channel", by_department: "By department",
    meanings: "How these figures are made", position: "Counted up to log position",
    interval: (low, high) => `95% interval ${low} – ${high}`, coverage: (share, part, whole) => `Coverage ${share} (${part}/${whole})`,
    nothing: "nothing to count yet", nothing_yet: "No data yet", group: { channel: "Channel", department: "Department" },
    of: { handled: "closed / valid cases", replied: "replied / valid cases", on_time: "on time / due", satisfied: "satisfied / evaluated" },
    basis: { cohort: "by day received", due: "by due time", flow: "by time of event" },
    seconds: (n) => `${n} s`, minutes: (n) => `${n} min`, hours: (n) => `${n} h`,
  },
};
