//! Sentences made by rule, with every spelling of rates, numbers, dates and
//! shares: what was put in must come out.

use drafting::{Cadence, Item, Kind, Op, draft};
use proptest::prelude::*;
use proptest::sample::select;

const HEAD: &str = "某校2024年安全工作方案\n一、工作目标\n";
const DUTIES: &str = "某校2024年安全工作方案\n一、工作措施\n1.";
const TAIL: &str = "\n2024年3月1日\n";

fn only(text: &str) -> Item {
    let draft = draft(text);
    assert_eq!(draft.items.len(), 1, "{text}: {:#?}", draft.items);
    draft.items.into_iter().next().expect("one item")
}

/// 1 to 99 in Chinese numerals; before a classifier 2 is 两.
fn chinese(n: u32) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    match n {
        2 => "两".to_owned(),
        1..=9 => DIGITS[n as usize].to_owned(),
        10..=19 => format!("十{}", DIGITS[(n % 10) as usize]),
        _ => format!("{}十{}", DIGITS[(n / 10) as usize], DIGITS[(n % 10) as usize]),
    }
}

fn rates() -> impl Strategy<Value = (&'static str, Cadence)> {
    select(vec![
        ("每天", Cadence::Daily),
        ("每日", Cadence::Daily),
        ("每周", Cadence::Weekly),
        ("每星期", Cadence::Weekly),
        ("每两周", Cadence::Biweekly),
        ("每月", Cadence::Monthly),
        ("每个月", Cadence::Monthly),
        ("每季度", Cadence::Quarterly),
        ("每学期", Cadence::Semester),
        ("每个学期", Cadence::Semester),
        ("每半年", Cadence::Halfyearly),
        ("每年", Cadence::Yearly),
        ("每学年", Cadence::Yearly),
    ])
}

fn acts() -> impl Strategy<Value = (&'static str, &'static str, &'static str)> {
    select(vec![
        ("开展", "次", "应急疏散演练"),
        ("召开", "次", "主题班会"),
        ("推送", "条", "安全提示"),
        ("举办", "场", "专题讲座"),
        ("发放", "份", "告知书"),
        ("编发", "期", "工作简报"),
        ("开设", "课时", "安全教育课"),
        ("发布", "篇", "宣传文章"),
    ])
}

fn numbers() -> impl Strategy<Value = (u32, bool)> {
    (1_u32..=60, any::<bool>())
}

fn written(n: u32, figures: bool, spaced: bool) -> String {
    match (figures, spaced) {
        (true, true) => format!(" {n} "),
        (true, false) => n.to_string(),
        (false, _) => chinese(n),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn rate_and_number(
        (rate, cadence) in rates(),
        (verb, unit, object) in acts(),
        (n, figures) in numbers(),
        actor in select(vec!["各学校", "各班级", "保卫处", "各村（社区）", "辅导员"]),
        bound in select(vec!["", "至少", "不少于", "不得少于"]),
        shape in 0..4_u8,
        spaced in any::<bool>(),
    ) {
        let n_words = written(n, figures, spaced);
        let sentence = match shape {
            0 => format!("{actor}{rate}{verb}{object}{bound}{n_words}{unit}。"),
            1 => format!("{actor}{rate}{bound}{verb}{n_words}{unit}{object}。"),
            2 => format!("{actor}要{verb}{object}（{rate}{bound}{n_words}{unit}）。"),
            _ => format!("{actor}{rate}{verb}{n_words}{unit}以上{object}。"),
        };
        let item = only(&format!("{DUTIES}{sentence}{TAIL}"));
        prop_assert_eq!(item.kind, Kind::Duty);
        prop_assert_eq!(item.cadence, Some(cadence), "{}", sentence);
        prop_assert_eq!(item.count, Some(f64::from(n)), "{}", sentence);
        prop_assert_eq!(item.unit.as_deref(), Some(unit));
    }

    #[test]
    fn shares(
        metric in select(vec!["师生知晓率", "学生参与率", "隐患整改率", "APP注册率", "培训覆盖率"]),
        n in 1_u32..=100,
        shape in 0..7_u8,
        wide in any::<bool>(),
    ) {
        let sign = if wide { "％" } else { "%" };
        let (words, op) = match shape {
            0 => (format!("{metric}达到{n}{sign}以上"), Op::Ge),
            1 => (format!("{metric}不低于{n}{sign}"), Op::Ge),
            2 => (format!("确保{metric}不少于{n}{sign}"), Op::Ge),
            3 => (format!("{metric}≥{n}{sign}"), Op::Ge),
            4 => (format!("力争{metric}达 {n} {sign} 以上"), Op::Ge),
            5 => (format!("{metric}控制在{n}{sign}以内"), Op::Le),
            _ => (format!("{metric}不超过{n}{sign}"), Op::Le),
        };
        let item = only(&format!("{HEAD}{words}。{TAIL}"));
        prop_assert_eq!(item.kind, Kind::Target);
        prop_assert_eq!(item.op, Some(op), "{}", words);
        let value = item.value.unwrap_or(-1.0);
        prop_assert!((value - f64::from(n) / 100.0).abs() < 1e-9, "{} gave {}", words, value);
        prop_assert_eq!(item.metric.as_deref(), Some(metric), "{}", words);
    }

    #[test]
    fn drops(
        n in 1_u32..=90,
        baseline in select(vec!["同比", "环比", "较2023年", "比去年", "较上年"]),
        word in select(vec!["下降", "减少", "降低"]),
    ) {
        let words = format!("发案数{baseline}{word}{n}%以上");
        let item = only(&format!("{HEAD}{words}。{TAIL}"));
        prop_assert_eq!(item.kind, Kind::Target);
        prop_assert_eq!(item.op, Some(Op::Ge));
        prop_assert_eq!(item.baseline.as_deref(), Some(baseline));
        prop_assert!((item.value.unwrap_or(-1.0) - f64::from(n) / 100.0).abs() < 1e-9);
    }

    #[test]
    fn due_days(
        month in 1_u8..=12,
        day in 1_u8..=28,
        year in prop::option::of(2023_i16..=2026),
        tail in select(vec!["前", "之前", "以前", "17:00前", "（周五）前", "下班前"]),
        day_word in select(vec!["日", "号"]),
        lead in select(vec!["于", "请于", "务必于", ""]),
        spaced in any::<bool>(),
    ) {
        let gap = if spaced { " " } else { "" };
        let y = year.map_or(String::new(), |y| format!("{y}{gap}年"));
        let date = format!("{y}{gap}{month}{gap}月{gap}{day}{gap}{day_word}{tail}");
        let sentence = format!("各单位{lead}{date}将工作总结报送办公室。");
        let item = only(&format!("{DUTIES}{sentence}{TAIL}"));
        prop_assert_eq!(item.kind, Kind::Deadline, "{}", &sentence);
        let expected = format!("{}-{month:02}-{day:02}", year.unwrap_or(2024));
        prop_assert_eq!(item.deadline.as_deref(), Some(expected.as_str()), "{}", sentence);
    }

    #[test]
    fn due_in_every_month(day in 1_u8..=28, word in select(vec!["日", "号"])) {
        let sentence = format!("各校于每月{day}{word}前报送工作进展。");
        let item = only(&format!("{DUTIES}{sentence}{TAIL}"));
        prop_assert_eq!(item.kind, Kind::Deadline);
        prop_assert_eq!(item.cadence, Some(Cadence::Monthly));
        prop_assert_eq!(item.deadline, Some(format!("monthly-{day:02}")));
    }

    #[test]
    fn stages(
        from in 1_u8..=6,
        to in 7_u8..=12,
        dash in select(vec!["—", "-", "至", "~", "——", "–"]),
        chinese_year in any::<bool>(),
        brackets in any::<bool>(),
    ) {
        let year = if chinese_year { "二〇二四年" } else { "2024年" };
        let stretch = format!("{year}{from}月1日{dash}{to}月20日");
        let sentence = if brackets {
            format!("集中整治阶段（{stretch}）。各校认真落实。")
        } else {
            format!("集中整治阶段：{stretch}，各校认真落实。")
        };
        let text = format!("某校安全工作方案\n三、实施步骤\n（一）{sentence}{TAIL}");
        let item = only(&text);
        prop_assert_eq!(item.kind, Kind::Phase);
        prop_assert_eq!(item.deadline, Some(format!("2024-{to:02}-20")), "{}", sentence);
    }

    /// Whatever the text is, nothing panics and every place is a place in it.
    /// A plan of several years: each measure has the date that stands before it.
    #[test]
    fn measures_by_the_end_of_years(
        first in 2022_i16..2026,
        percent in prop::collection::vec(10_u32..=100, 2..=4),
        form in 0_usize..5,
    ) {
        let years: Vec<i16> = (0..).map(|i| first + i).take(percent.len()).collect();
        let pairs = || years.iter().zip(&percent);
        let body = match form {
            0 => pairs().map(|(y, p)| format!("到{y}年底，知晓率达到{p}%")).collect::<Vec<_>>().join("；"),
            1 => pairs().map(|(y, p)| format!("{y}年知晓率达到{p}%以上")).collect::<Vec<_>>().join("，"),
            2 => pairs().map(|(y, p)| format!("——{y}年底，知晓率达到{p}%。")).collect::<Vec<_>>().join("\n"),
            _ => {
                let list = years.iter().map(|y| format!("{y}年")).collect::<Vec<_>>().join("、");
                let shares = percent.iter().map(|p| format!("{p}%")).collect::<Vec<_>>().join("、");
                let until = if form == 3 { "底" } else { "，知晓率" };
                format!("{list}{until}分别达到{shares}")
            }
        };
        let last = first + 3;
        let text = format!("某县反诈三年行动方案（{first}—{last}年）\n一、工作目标\n{body}。\n{first}年3月1日\n");
        let got: Vec<_> = draft(&text).items.iter().map(|i| (i.kind, i.deadline.clone(), i.value)).collect();
        let wanted: Vec<_> = pairs()
            .map(|(y, p)| (Kind::Target, Some(format!("{y}-12")), Some(f64::from(*p) / 100.0)))
            .collect();
        prop_assert_eq!(got, wanted, "{}", text);
    }

    /// A limit that counts from the plan is due; one that counts from an event is not.
    #[test]
    fn limits_without_a_date(
        n in 1_u32..=30,
        figures in any::<bool>(),
        unit in select(vec!["日", "天", "个工作日", "周", "个月"]),
        from in select(vec![
            ("收到本通知后", true), ("本方案印发后", true), ("自印发之日起", true),
            ("开学后", true), ("活动结束后", true), ("接到报警后", false), ("发现线索后", false),
        ]),
        comma in any::<bool>(),
        act in select(vec!["报送联络员名单", "完成自查", "制定实施细则"]),
    ) {
        let n = written(n, figures, false);
        let mark = if comma { "，各单位" } else { "" };
        let text = format!("{DUTIES}{}{n}{unit}内{mark}{act}。{TAIL}", from.0);
        let items = draft(&text).items;
        prop_assert_eq!(items.len(), usize::from(from.1), "{}: {:#?}", text, items);
        prop_assert!(items.iter().all(|i| i.kind == Kind::Deadline && i.deadline.is_none()), "{}", text);
        prop_assert!(items.iter().all(|i| !i.is_sure()), "{}", text);
    }

    /// A column headed by a rate lends it to its cells, whatever cell is empty.
    #[test]
    fn columns_headed_by_a_rate(
        rates in prop::collection::vec(rates(), 1..=3),
        cells in prop::collection::vec(prop::collection::vec(prop::option::of(1_u32..=9), 3), 1..=4),
    ) {
        let heads: Vec<&str> = rates.iter().map(|r| r.0).collect();
        let mut table = format!("序号\t{}\t责任部门", heads.join("\t"));
        let mut wanted = Vec::new();
        for (at, row) in cells.iter().enumerate() {
            table += &format!("\n{}", at + 1);
            for (i, (_, cadence)) in rates.iter().enumerate() {
                table.push('\t');
                if let Some(n) = row[i] {
                    table += &format!("消防设施检查{n}次");
                    wanted.push((Some(*cadence), Some(f64::from(n))));
                }
            }
            table += "\t保卫科";
        }
        let text = format!("某院2024年安全工作计划\n二、任务分解表\n{table}\n三、要求\n抓好落实。\n");
        let got: Vec<_> = draft(&text).items.iter().map(|i| (i.cadence, i.count)).collect();
        prop_assert_eq!(got, wanted, "{}", text);
    }

    #[test]
    fn any_text_at_all(parts in prop::collection::vec(
        prop_oneof![
            "\\PC{0,12}",
            select(vec![
                "每", "月", "周", "前", "底", "至", "（", "）", "《", "》", "“", "”", "\n", "\t", "一、", "1.",
                "2023年", "12月", "31日", "100%", "不少于", "两次", "零发案", "全覆盖", "附件1", "：", "；", "。",
                "六个一", "阶段", "同比下降", "百分之", "即日起至", "。二、", "①", "　", "\u{200b}", "⽉", "㈠",
            ]).prop_map(str::to_owned),
        ],
        0..60,
    )) {
        let text = parts.concat();
        let draft = draft(&text);
        for item in draft.items.iter().chain(&draft.hints) {
            prop_assert!(text.get(item.span.clone()).is_some());
        }
        let file = draft.to_toml();
        let read = campaign::plan::parse(&file, "draft.toml");
        prop_assert!(read.is_ok(), "{:?}\n{}", read, file);
    }
}

#[test]
fn past_figures_limits_of_form_and_laws_are_no_items() {
    for sentence in [
        "今年以来，全区共发生案件12起，同比上升30%。",
        "截至目前，已开展宣传活动20场次，发放资料5000份。",
        "2022年，我校知晓率为85%。",
        "作品时长不超过3分钟，总结1500字以内。",
        "根据《反电信网络诈骗法》（2022年12月1日起施行）的规定。",
        "6月26日是国际禁毒日。",
        "设一等奖3名、二等奖5名。",
        "第一责任人要亲自抓。",
        "深入开展第二次排查，进一步加强管理。",
        "定期召开会议，及时报送信息，不定期检查。",
        "实行一票否决，做到一岗双责。",
        "联系人：张三，电话：0519-12345678。",
    ] {
        let text = format!("{DUTIES}{sentence}{TAIL}");
        let items = draft(&text).items;
        assert!(items.is_empty(), "{sentence}: {items:#?}");
    }
}
