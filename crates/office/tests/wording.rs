//! Minutes that were handed in before, in other words.

use std::fmt::Write as _;

use expect_test::{Expect, expect};
use office::wording::{Wording, compare};

const MINUTES: &str = "9月3日下午，三（2）班在教室召开防范电信网络诈骗主题班会。班主任周老师结合近期发生的刷单返利、\
冒充客服退款、网络游戏交易等案例，讲解了骗子的常用手法，提醒同学们不轻信陌生来电，不点击不明链接，不向陌生人转账。\
随后同学们分组讨论，表演了情景剧，并填写了知识问答。会后每位同学把告知书带给家长签字。";

const REWORDED: &str = "9月10日上午，四（1）班在教室召开防范电信网络诈骗主题班会。班主任李老师结合最近发生的刷单返利、\
冒充客服退款、游戏账号交易等案例，讲解骗子的常用手法，提醒大家不轻信陌生来电，不点击不明链接，不向陌生人转账。\
随后同学们分组讨论、表演情景剧，并完成知识问答。会后每位同学都把告知书带回家请家长签字。";

const OTHER: &str = "学校于9月5日邀请社区民警为全体教职工作反诈专题讲座。民警介绍了本辖区上半年的发案情况，\
重点分析了针对财务人员的冒充领导诈骗，要求大额转账必须当面或电话核实。讲座结束后，学校与各部门签订了责任书，\
并布置各班在本周内完成一次家长群提醒。";

/// How alike two texts are, and the first with its common parts in brackets.
fn check(a: &str, b: &str, expected: &Expect) {
    let found = compare(a, b);
    let mut text = String::new();
    let signs = (Wording::of(a), Wording::of(b));
    if let (Some(a), Some(b)) = signs {
        let _ = writeln!(text, "估计 {:.2}，simhash 差 {} 位", a.likeness(&b), a.distance(&b));
        let shared = a.bands().iter().zip(b.bands()).filter(|(a, b)| *a == b).count();
        let _ = writeln!(text, "共同键 {shared}");
    }
    let near = if found.is_near_duplicate() { "近似" } else { "不同" };
    let _ = writeln!(text, "{near}：相似 {:.2}，包含 {:.2}", found.likeness, found.contained);
    for (side, spans) in [(a, &found.left), (b, &found.right)] {
        let mut at = 0;
        for span in spans {
            let _ = write!(text, "{}【{}】", &side[at..span.start], &side[span.clone()]);
            at = span.end;
        }
        let _ = writeln!(text, "{}", &side[at..]);
    }
    expected.assert_eq(&text);
}

#[test]
fn slightly_reworded_minutes_are_found() {
    check(
        MINUTES,
        REWORDED,
        &expect![[r#"
        估计 0.47，simhash 差 22 位
        共同键 3
        近似：相似 0.51，包含 0.69
        9月3日下午，三（2）【班在教室召开防范电信网络诈骗主题班会。班主任】周老师结合近期【发生的刷单返利、冒充客服退款】、网络游戏【交易等案例，讲解】了【骗子的常用手法，提醒】同学们【不轻信陌生来电，不点击不明链接，不向陌生人转账。随后同学们分组讨论，表演】了情景剧，并填写了【知识问答。会后每位同学】把告知书带给家长签字。
        9月10日上午，四（1）【班在教室召开防范电信网络诈骗主题班会。班主任】李老师结合最近【发生的刷单返利、冒充客服退款】、游戏账号【交易等案例，讲解】【骗子的常用手法，提醒】大家【不轻信陌生来电，不点击不明链接，不向陌生人转账。随后同学们分组讨论、表演】情景剧，并完成【知识问答。会后每位同学】都把告知书带回家请家长签字。
    "#]],
    );
}

#[test]
fn other_minutes_on_the_same_matter_are_not() {
    check(
        MINUTES,
        OTHER,
        &expect![[r#"
        估计 0.00，simhash 差 28 位
        共同键 0
        不同：相似 0.00，包含 0.00
        9月3日下午，三（2）班在教室召开防范电信网络诈骗主题班会。班主任周老师结合近期发生的刷单返利、冒充客服退款、网络游戏交易等案例，讲解了骗子的常用手法，提醒同学们不轻信陌生来电，不点击不明链接，不向陌生人转账。随后同学们分组讨论，表演了情景剧，并填写了知识问答。会后每位同学把告知书带给家长签字。
        学校于9月5日邀请社区民警为全体教职工作反诈专题讲座。民警介绍了本辖区上半年的发案情况，重点分析了针对财务人员的冒充领导诈骗，要求大额转账必须当面或电话核实。讲座结束后，学校与各部门签订了责任书，并布置各班在本周内完成一次家长群提醒。
    "#]],
    );
}

#[test]
fn a_part_of_a_longer_text_is_found() {
    let part = MINUTES.split_inclusive('。').nth(1).unwrap();
    let long = format!("{OTHER}{part}{OTHER}");
    let found = compare(part, &long);
    assert!(found.is_near_duplicate() && found.contained > 0.99);
}

#[test]
fn layout_and_marks_do_not_hide_a_copy() {
    let spread: String =
        MINUTES.chars().flat_map(|c| [c, ' ']).collect::<String>().replace('，', "、");
    let (a, b) = (Wording::of(MINUTES).unwrap(), Wording::of(&spread).unwrap());
    assert_eq!(a, b);
    assert!(compare(MINUTES, &spread).likeness > 0.999);
    assert_eq!(Wording::from_bytes(&a.to_bytes()), Some(a));
}

#[test]
fn short_texts_have_no_signature() {
    assert!(Wording::of("已召开主题班会").is_none());
    assert!(!compare("已召开主题班会", "已召开主题班会三次").is_near_duplicate());
    assert!(!compare("", "").is_near_duplicate());
}

#[test]
fn long_dull_texts_are_compared_in_time() {
    let dull = "反诈".repeat(40_000);
    let found = compare(&dull, &"诈反".repeat(40_000));
    assert!(found.likeness > 0.99);
}
