//! Invented letters and forms.

use jiff::civil::date;
use office::letter::{
    Activity, Appointment, AppointmentGroup, AppointmentList, Block, Collation, CollationRow,
    Letter, MonthlyForm, Signature,
};

pub(crate) fn form() -> MonthlyForm {
    let activity =
        |text: &str, note: &str| Activity { text: text.to_owned(), note: note.to_owned() };
    MonthlyForm {
        system: "阳光区教育系统".to_owned(),
        unit: "阳光区第一实验小学".to_owned(),
        year: 2026,
        month: 9,
        activities: vec![
            activity(
                "9月3日召开反诈专项行动部署会，全体教职工 86 人参加，传达区级方案并明确分工。",
                "会议纪要 1 份",
            ),
            activity(
                "36 个班级各上“防诈”法治教育课 1 节，学生 1,512 人参加，缺课 7 人已补课。",
                "点名册",
            ),
            activity("发放《告家长书》1,512 份，收回回执 1,498 份。", "其余 14 份已电话联系"),
        ],
        clues_month: 2,
        clues_total: 11,
        clues: vec![
            "家长反映收到冒充班主任的收费二维码，9月12日移交派出所。".to_owned(),
            "学生举报游戏群内低价充值链接，9月18日移交派出所。".to_owned(),
        ],
        filled_by: Some("周正平".to_owned()),
        signed_by: Some("陈建国".to_owned()),
        submitted_on: Some(date(2026, 9, 20)),
        version: 2,
        remark: "联系电话：0519-86312345".to_owned(),
        ..MonthlyForm::default()
    }
}

pub(crate) fn appointments() -> AppointmentList {
    let appointment = |post: &str, person: Option<&str>, position: &str| Appointment {
        post: post.to_owned(),
        person: person.map(str::to_owned),
        position: position.to_owned(),
        phone: "139****0001".to_owned(),
        note: String::new(),
    };
    AppointmentList {
        title: "阳光区第一实验小学反诈专项行动\n岗位名单".to_owned(),
        unit: "阳光区第一实验小学".to_owned(),
        as_of: date(2026, 9, 1),
        groups: vec![
            AppointmentGroup {
                name: "一、领导小组".to_owned(),
                appointments: vec![
                    appointment("组长", Some("陈建国"), "党支部书记、校长"),
                    appointment("副组长", Some("李秀兰"), "副校长"),
                ],
            },
            AppointmentGroup {
                name: "二、四位一体工作组".to_owned(),
                appointments: vec![
                    appointment("网格长", Some("周正平"), "德育处主任"),
                    appointment("社区民警", None, "阳光派出所"),
                ],
            },
        ],
    }
}

pub(crate) fn collated() -> Collation {
    let row = |unit: &str, day: Option<i8>, n: u64| CollationRow {
        unit: unit.to_owned(),
        submitted_on: day.map(|day| date(2026, 9, day)),
        is_on_time: day.is_some_and(|day| day <= 20),
        state: if day.is_some() { "已接收" } else { "—" }.to_owned(),
        n_activities: n,
        clues_month: n / 2,
        clues_total: n * 3,
        note: String::new(),
    };
    let mut rows = vec![
        row("第一实验小学", Some(18), 6),
        row("第二中学", Some(22), 4),
        row("幼儿园", None, 0),
    ];
    rows.extend((3..30).map(|n| row(&format!("第{n}小学"), Some(15), n)));
    Collation {
        name: String::new(),
        without_clues: false,
        system: "阳光区教育系统".to_owned(),
        unit: "阳光区教育局".to_owned(),
        year: 2026,
        month: 9,
        rows,
        summary: "本月各校围绕开学季开展集中宣传，线索主要为冒充班主任收费和游戏充值两类。"
            .to_owned(),
        made_on: date(2026, 9, 25),
    }
}

pub(crate) fn circular() -> Letter {
    let text = "各校要把防范电信网络诈骗教育纳入开学第一课，按时完成班会、讲座和家长告知，\
做到不漏一班、不漏一人，有关情况于 9 月 20 日前报送。";
    let body = |n: usize| Block::Paragraph(text.repeat(n));
    Letter {
        name: "关于做好开学季反诈工作的通知".to_owned(),
        is_landscape: false,
        blocks: vec![
            Block::Masthead("阳光区教育局文件".to_owned()),
            Block::Number("阳教安〔2026〕12号".to_owned()),
            Block::Title("阳光区教育局\n关于做好开学季反诈工作的通知".to_owned()),
            Block::Addressee("各中小学、幼儿园：".to_owned()),
            body(1),
            Block::Heading(1, "一、工作任务".to_owned()),
            Block::Heading(2, "（一）加强教育".to_owned()),
            body(3),
            Block::Heading(3, "1.开好主题班会。".to_owned()),
            body(4),
            Block::Heading(4, "（1）联系家长".to_owned()),
            body(4),
            Block::Annexes(vec!["开学季宣传要点".to_owned(), "情况统计表".to_owned()]),
            Block::Signature(Signature {
                unit: "阳光区教育局".to_owned(),
                signed_on: date(2026, 9, 1),
                signed_by: None,
                marks_seal: false,
            }),
            Block::PageBreak,
            Block::AnnexMark("附件1".to_owned()),
            Block::Title("开学季宣传要点".to_owned()),
            body(1),
        ],
    }
}
