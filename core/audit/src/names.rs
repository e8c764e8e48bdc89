//! The names under which a violation is listed: the guards, the invariants, and the deadlines.

use shouxin_core::guard::Guard;

macro_rules! invariants {
    ($($constant:ident $name:literal $zh:literal $en:literal;)*) => {
        $(#[doc = $en] pub(crate) const $constant: &str = $name;)*

        /// Every name beside the guards', with its title in Chinese and in English.
        pub const INVARIANTS: &[(&str, &str, &str)] = &[$(($name, $zh, $en),)*];
    };
}

invariants! {
    INV_1 "INV-1" "名单和措施须基于一项决定" "No listing or measure without one decision";
    INV_2 "INV-2" "告知、听取、决定、送达、生效须依次进行" "Notice, hearing, decision, service, effect, in this order";
    INV_3 "INV-3" "期限不得自行延长" "Nothing lasts longer than its decision says";
    INV_4 "INV-4" "异议受理与暂停须在同一事务" "What an objection disputes is suspended in the same commit";
    INV_5 "INV-5" "暂停仅能由结论终止" "Only an outcome ends a suspension";
    INV_6 "INV-6" "终止须在同一事务及于全部从属事项" "What ends takes everything that rests on it along, in one commit";
    INV_7 "INV-7" "不得计算等级，分类只列已决定事项" "Classification holds what was decided, by whom, and nothing else";
    INV_8 "INV-8" "自然人须有本人的决定" "A person gets nothing without a decision of their own";
    INV_9 "INV-9" "举报人身份不入日志，开启须有记录" "Who reports wrongdoing stands in no event, and every opening is on record";
    INV_10 "INV-10" "日志须连续、单调、可回放" "The log is dense, in order, and follows from itself";
    INV_11 "INV-11" "仅可下达已公布的措施" "Only published measures are dispatched";
    INV_12 "INV-12" "不得向市场主体下达指令" "No market body is given an order";
    INV_13 "INV-13" "撤下须与公示同样快、同样广" "Withdrawal reaches everybody that publication reached";
    ERASURE "ERASURE" "档案须保存期满、无未办结事项并经两人决定方可删除" "A file is erased by two officers, with nothing open, after its retention";
    DEADLINE "DEADLINE" "期限须按当日日历和规则计算" "Dates follow from the calendar and the rules of their day";
}

/// Title of a name, in Chinese and in English; empty where there is no such name.
pub fn title(name: &str) -> (&'static str, &'static str) {
    let guard = Guard::ALL.iter().find(|own| own.name() == name);
    let found = INVARIANTS.iter().find(|own| own.0 == name).map(|own| (own.1, own.2));
    guard.map(|own| (own.title_zh(), own.title_en())).or(found).unwrap_or_default()
}
