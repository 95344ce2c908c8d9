use std::fmt::Write as _;

use expect_test::expect;

use super::*;

#[test]
fn the_whole_table_of_steps() {
    type Step = fn(State) -> Result<State, StepRefused>;
    let steps: [(&str, Step); 6] = [
        ("author reviews", |it| it.review(true, "a", 9)),
        ("b reviews", |it| it.review(false, "b", 9)),
        ("sent back", |it| it.send_back("有错字")),
        ("published", |it| it.publish("b", 9)),
        ("withdrawn", |it| it.withdraw("b", "过时", 9)),
        ("withdrawn without a reason", |it| it.withdraw("b", " ", 9)),
    ];
    let states = [
        State::Draft,
        State::Reviewed { reviewer: "b".to_owned(), at: 1 },
        State::Published { publisher: "b".to_owned(), at: 2 },
        State::Replaced { at: 3 },
        State::Withdrawn { by: "b".to_owned(), reason: "过时".to_owned(), at: 4 },
    ];
    let mut table = String::new();
    for state in states {
        writeln!(table, "{}", state.code()).expect("a string takes every write");
        for (step, take) in steps {
            let after = match take(state.clone()) {
                Ok(state) => state.code().to_owned(),
                Err(why) => format!("refused: {why}"),
            };
            writeln!(table, "  {step}: {after}").expect("a string takes every write");
        }
    }
    expect![[r#"
        draft
          author reviews: refused: nobody reviews what they wrote
          b reviews: reviewed
          sent back: draft
          published: refused: only what was reviewed is published
          withdrawn: withdrawn
          withdrawn without a reason: refused: a reason is needed
        reviewed
          author reviews: refused: only a draft is reviewed
          b reviews: refused: only a draft is reviewed
          sent back: draft
          published: published
          withdrawn: withdrawn
          withdrawn without a reason: refused: a reason is needed
        published
          author reviews: refused: only a draft is reviewed
          b reviews: refused: only a draft is reviewed
          sent back: refused: it is over with this version
          published: refused: it is over with this version
          withdrawn: withdrawn
          withdrawn without a reason: refused: a reason is needed
        replaced
          author reviews: refused: only a draft is reviewed
          b reviews: refused: only a draft is reviewed
          sent back: refused: it is over with this version
          published: refused: it is over with this version
          withdrawn: refused: it is over with this version
          withdrawn without a reason: refused: a reason is needed
        withdrawn
          author reviews: refused: only a draft is reviewed
          b reviews: refused: only a draft is reviewed
          sent back: refused: it is over with this version
          published: refused: it is over with this version
          withdrawn: refused: it is over with this version
          withdrawn without a reason: refused: a reason is needed
    "#]]
    .assert_eq(&table);
}

fn text(title: &str, body: &str) -> Text {
    Text {
        title: title.to_owned(),
        body: body.to_owned(),
        audience: Asker::Anyone,
        source: String::new(),
    }
}

#[test]
fn a_body_falls_into_headings_items_steps_and_paragraphs() {
    let body = "开头一行\n接着一行\n\n第二段\n## 怎么办\n- 停\n- 问\n1. 打110\n2. 打银行\n";
    assert_eq!(
        blocks(body),
        [
            Block::Paragraph("开头一行接着一行".to_owned()),
            Block::Paragraph("第二段".to_owned()),
            Block::Heading("怎么办"),
            Block::Items(vec!["停", "问"]),
            Block::Steps(vec!["打110", "打银行"]),
        ]
    );
    let all = blocks(body);
    assert_eq!(below(&all, "怎么办").len(), 2);
    assert_eq!(below(&all, "怎么骗"), []);
}

#[test]
fn a_text_is_checked_for_what_its_kind_needs() {
    let faults = text(" ", "").check(Kind::Article);
    assert_eq!(faults, [Fault::NoTitle, Fault::NoBody]);
    assert_eq!(text("一句话", "").check(Kind::Slogan), []);
    let half = text("新骗局", "## 怎么骗\n- 一\n## 怎么办\n- 二");
    assert_eq!(half.check(Kind::Type), [Fault::HeadingMissing("有什么迹象")]);
    let named = text("警示", "对方用13900000000打来");
    assert_eq!(named.check(Kind::CaseAlert), [Fault::Number("13900000000".to_owned())]);
    assert_eq!(text("警示", "打96110").check(Kind::CaseAlert), []);
    let long = text(&"字".repeat(61), "文");
    assert_eq!(long.check(Kind::Poster), [Fault::TitleTooLong { most: 60 }]);
}
