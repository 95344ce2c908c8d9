//! The words of the public pages, and text in which hotlines can be tapped.

use campaign::consultation::look::Sign;
use campaign::consultation::{Fault, Outcome, Question, StepRefused};
use maud::{Markup, html};

use crate::WebError;
use crate::layout::Tone;

/// How an outcome looks.
pub(crate) const fn tone(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::Scam => Tone::Bad,
        Outcome::Suspicious => Tone::Warn,
        Outcome::Nothing => Tone::Calm,
    }
}

/// One sentence that says what it means.
pub(super) const fn plain(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Scam => {
            "内容和已知的骗局很像。先停下来：不转账、不给验证码、不点链接、不共享屏幕。"
        }
        Outcome::Suspicious => "有几处可疑。没有用您自己找到的电话核实之前，先不要照着做。",
        Outcome::Nothing => {
            "没有看出常见的诈骗特征，但机器也会看漏。凡是要钱、要验证码、要共享屏幕的，请先打电话核实。"
        }
    }
}

/// Too many questions came from one place: answered, but not kept.
pub(super) const NOT_KEPT: &str = "从这里来的咨询太多，这一次只答复、不保存，不能转给值班人员。\
    要人帮忙请拨打96110，已经转账请拨打110。";

pub(super) const ONLY_PICTURES: &str = "您只交了截图。截图里的字机器读不出来：请把其中的文字粘贴过来再问一次，或者请值班人员看一看。";

pub(super) const fn sign(sign: Sign) -> &'static str {
    match sign {
        Sign::PoliceNumber => {
            "这是公安的号码，可以由您打过去；但来电显示可以伪造，打进来的不能只看号码就相信。"
        }
        Sign::ServiceNumber => {
            "像是银行、运营商的服务短号；来电显示可以伪造，请挂断后由您自己拨打官方公布的号码。"
        }
        Sign::TollNumber => "400、800 号码谁都可以申请，不能证明对方身份。",
        Sign::ForeignNumber => "境外号码，或伪装成境外转接的号码，多见于诈骗，请直接挂断。",
        Sign::ResoldNumber => "这一号段多为转售号码，常被诈骗使用。",
        Sign::NoNumber => "不像能在国内拨打的号码；社交账号请写在“发生了什么”里。",
        Sign::Mobile => "普通手机号，本系统不联网查询号码归属和标记，请按内容判断。",
        Sign::OfficialLink => "域名属于政府或学校网站，可信度较高；仍请确认页面内容。",
        Sign::PlainLink => "没有加密（http），不要在上面填密码和银行卡。",
        Sign::ShortLink => "短链接，看不到真正去哪里，不要点开。",
        Sign::BareAddress => "直接用数字地址，正规网站不会这样，不要点开。",
        Sign::DisguisedName => "域名里有伪装的字符，是仿冒的常见做法，不要点开。",
        Sign::CheapEnding => "域名后缀便宜、常被用完就丢，仿冒网站多用它。",
        Sign::BorrowedName => "借用了知名机构的名字，域名却不是它的，是仿冒的常见做法。",
        Sign::Program => "会直接下载安装软件，不要安装。",
        Sign::NoLink => "不像一个网址，请检查是不是粘贴完整了。",
    }
}

pub(super) fn fault(fault: Fault) -> String {
    let name = |field| match field {
        "text" => "对方发来的内容",
        "happened" => "发生了什么",
        "number" => "对方号码",
        _ => "链接",
    };
    match fault {
        Fault::Empty => {
            "请至少填一项：对方发来的内容、发生了什么、号码、链接，或附一张截图。".to_owned()
        }
        Fault::TooLong { field, most } => {
            format!("“{}”最多 {most} 个字，请只留关键的部分。", name(field))
        }
        Fault::UnknownAsker => "“您是谁”只能选学生、家长、教师或其他。".to_owned(),
        Fault::UnknownGiven => "“已经给了什么”只能从列出的三项中选。".to_owned(),
    }
}

/// The field of a fault, as JSON names it.
pub(super) const fn field_of(fault: Fault) -> &'static str {
    match fault {
        Fault::Empty => "text",
        Fault::TooLong { field, .. } => field,
        Fault::UnknownAsker => "asker",
        Fault::UnknownGiven => "given",
    }
}

pub(crate) fn step_refused(why: StepRefused) -> WebError {
    let words = match why {
        StepRefused::HandedOver => "已经转给值班人员了，不用重复提交。",
        StepRefused::NotHandedOver => "还没有转给值班人员。",
        StepRefused::NotTaken => "还没有人接手，请先接手再答复。",
        StepRefused::InOtherHands => "这条咨询在别的值班人员手里；需要时可以先接过来。",
        StepRefused::InYourHands => "这条咨询已经在您手里。",
        StepRefused::Closed => "这条咨询已经结束。",
        StepRefused::NotClosed => "这条咨询还没有结束。",
        StepRefused::ClosedTooLong => "结束超过 30 天，不能再打开，请重新提问。",
        StepRefused::Erased => "原文已到期抹去，不能再打开，请重新提问。",
    };
    WebError::Conflict(words.to_owned())
}

/// What a hint about lengths says.
pub(super) fn text_hint() -> String {
    format!("短信、聊天记录、通话内容，原样粘贴即可；最多 {} 字", Question::TEXT_MAX)
}

/// Hotlines in a text as links that a phone can call.
pub(crate) fn with_phones(text: &str) -> Markup {
    let mut parts: Vec<(&str, bool)> = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, tail) = rest.split_at(at);
        let end = tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len());
        let (run, after) = tail.split_at(end);
        parts.push((before, false));
        parts.push((run, is_hotline(run)));
        rest = after;
    }
    parts.push((rest, false));
    html! {
        @for (part, is_phone) in parts {
            @if is_phone { a.tel href=(format!("tel:{part}")) { (part) } } @else { (part) }
        }
    }
}

fn is_hotline(run: &str) -> bool {
    ["110", "120", "119", "96110", "12381", "12345", "12355"].contains(&run)
        || (run.len() == 5 && run.starts_with("95"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hotlines_can_be_tapped_and_other_figures_not() {
        let text = with_phones("先打110，再打95588；共 1100 元").into_string();
        assert_eq!(
            text,
            "先打<a class=\"tel\" href=\"tel:110\">110</a>，再打<a class=\"tel\" \
             href=\"tel:95588\">95588</a>；共 1100 元"
        );
    }
}
