//! What reminders say. Units are named, persons are only counted: a message
//! leaves the house.

use campaign::day::Day;
use campaign::reminder::Recipient;

use crate::live::Tree;

/// One duty of which one account is told.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) to: Recipient,
    pub(super) campaign: String,
    pub(super) plan: String,
    pub(super) duty_id: String,
    pub(super) duty: String,
    pub(super) clause: String,
    pub(super) due: Day,
    /// The units in which it has not been done.
    pub(super) homes: Vec<String>,
    /// Persons of those units who have not done it, the told one not counted.
    pub(super) people: u32,
    /// The told one's own.
    pub(super) is_own: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) title: String,
    pub(super) body: String,
}

/// A longer list is not read; the page has all.
const LINES_MAX: usize = 20;
const UNITS_MAX: usize = 3;

/// One message for everything, what is one's own first.
pub(super) fn compose(items: &[Item], today: Day, tree: &Tree) -> Text {
    let of = |to: Recipient| items.iter().filter(move |item| item.to == to);
    let own = of(Recipient::Doer).count();
    let late = of(Recipient::Doer).filter(|item| item.due < today).count();
    let below = of(Recipient::Superior).count();
    let mut title = match (own, late) {
        (0, _) => String::new(),
        (own, 0) => format!("{own} 项任务要办"),
        (own, late) if own == late => format!("{own} 项任务已逾期"),
        (own, late) => format!("{own} 项任务要办，其中 {late} 项已逾期"),
    };
    if below > 0 {
        let more = format!("下级 {below} 项任务逾期未完成，请督促");
        title = if title.is_empty() { more } else { format!("{title}；{more}") };
    }
    let mut body = String::new();
    let mut left = LINES_MAX;
    for (heading, to) in [("要办", Recipient::Doer), ("下级逾期", Recipient::Superior)] {
        let mut some = of(to).peekable();
        if some.peek().is_none() {
            continue;
        }
        body.push_str(&format!("【{heading}】\n"));
        for item in some {
            if left > 0 {
                left -= 1;
                body.push_str(&line(item, today, tree));
                body.push('\n');
            }
        }
    }
    if LINES_MAX < items.len() {
        body.push_str(&format!("另有 {} 项，请登录查看。\n", items.len() - LINES_MAX));
    }
    Text { title, body: body.trim_end().to_owned() }
}

fn line(item: &Item, today: Day, tree: &Tree) -> String {
    let when = match today.days_until(item.due) {
        0 => "今天到期".to_owned(),
        days if days > 0 => format!("还有 {days} 天"),
        days => format!("已逾期 {} 天", -days),
    };
    let mut whose = Vec::new();
    if item.is_own {
        whose.push("本人".to_owned());
    }
    if !item.is_own || item.people > 0 {
        let names: Vec<String> =
            item.homes.iter().take(UNITS_MAX).map(|id| tree.full_name(id)).collect();
        let names = names.join("、");
        let units = item.homes.len();
        let of =
            if UNITS_MAX < units { format!("{names}等 {units} 个单位") } else { names };
        whose.push(match item.people {
            0 => of,
            people => format!("{of} {people} 人"),
        });
    }
    format!(
        "· {}（{} 到期，{when}）——{}；依据《{}》{}",
        item.duty,
        item.due,
        whose.join("，"),
        item.plan,
        item.clause
    )
}

/// The same as a letter.
pub(crate) fn letter(body: &str, link: Option<&str>) -> String {
    let way = match link {
        Some(link) => format!("办理：{link}"),
        None => "请登录“无诈”办理。".to_owned(),
    };
    format!(
        "您好：\n\n{body}\n\n{way}\n\n此信由系统发出，请勿回复；收信地址可在“我的账号”中更改。\n"
    )
}

#[cfg(test)]
mod tests {
    use campaign::plan::UnitKind;
    use expect_test::expect;
    use storage::organisation::Unit;

    use super::*;

    fn tree() -> Tree {
        let unit = |id: &str, name: &str, parent: Option<&str>, kind| {
            Unit::new(id, parent.map(str::to_owned), kind, name)
        };
        Tree::new(vec![
            unit("b", "青禾区教育局", None, UnitKind::Bureau),
            unit("s", "绿苗小学", Some("b"), UnitKind::School),
            unit("c", "三年级1班", Some("s"), UnitKind::Class),
        ])
    }

    fn item(to: Recipient, due: &str, homes: &[&str], people: u32, is_own: bool) -> Item {
        Item {
            to,
            campaign: "x".to_owned(),
            plan: "行动方案".to_owned(),
            duty_id: "class-meeting".to_owned(),
            duty: "主题班会".to_owned(),
            clause: "三（一）1".to_owned(),
            due: Day::parse(due.as_bytes()).expect("a date"),
            homes: homes.iter().map(|it| (*it).to_owned()).collect(),
            people,
            is_own,
        }
    }

    #[test]
    fn one_message_says_everything_and_names_nobody() {
        let today = Day::new(2022, 3, 20).expect("a date");
        let items = [
            item(Recipient::Doer, "2022-03-19", &["c"], 0, false),
            item(Recipient::Doer, "2022-03-20", &["c"], 12, true),
            item(Recipient::Doer, "2022-03-23", &["s"], 0, true),
            item(Recipient::Superior, "2022-03-17", &["c", "s", "b", "x"], 0, false),
        ];
        let text = compose(&items, today, &tree());
        expect!["3 项任务要办，其中 1 项已逾期；下级 1 项任务逾期未完成，请督促"]
            .assert_eq(&text.title);
        expect![[r#"
            【要办】
            · 主题班会（2022-03-19 到期，已逾期 1 天）——绿苗小学 三年级1班；依据《行动方案》三（一）1
            · 主题班会（2022-03-20 到期，今天到期）——本人，绿苗小学 三年级1班 12 人；依据《行动方案》三（一）1
            · 主题班会（2022-03-23 到期，还有 3 天）——本人；依据《行动方案》三（一）1
            【下级逾期】
            · 主题班会（2022-03-17 到期，已逾期 3 天）——绿苗小学 三年级1班、绿苗小学、青禾区教育局等 4 个单位；依据《行动方案》三（一）1"#]]
        .assert_eq(&text.body);
    }

    #[test]
    fn a_long_list_ends_with_what_is_left() {
        let today = Day::new(2022, 3, 20).expect("a date");
        let items = vec![item(Recipient::Superior, "2022-03-17", &["s"], 0, false); 23];
        let text = compose(&items, today, &tree());
        assert_eq!(text.title, "下级 23 项任务逾期未完成，请督促");
        assert_eq!(text.body.lines().count(), 1 + LINES_MAX + 1);
        assert!(text.body.ends_with("另有 3 项，请登录查看。"), "{}", text.body);
    }
}
