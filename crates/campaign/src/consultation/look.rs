//! What can be told of a number or a link by its form alone, without asking
//! anybody: nothing that is asked leaves the house.

/// Something about a number or a link that is worth saying.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// 110, 96110 and the like: the number can be called, but calls that show
    /// it may be forged.
    PoliceNumber,
    /// A bank's or operator's short number.
    ServiceNumber,
    /// 400 and 800 numbers, which only take calls.
    TollNumber,
    /// From abroad, or made to look so.
    ForeignNumber,
    /// Ranges of resold numbers, often held without the real name.
    ResoldNumber,
    /// No number that can be called in the mainland.
    NoNumber,
    Mobile,
    /// `gov.cn`, `edu.cn`.
    OfficialLink,
    /// Not encrypted.
    PlainLink,
    /// The real place is hidden behind a shortener.
    ShortLink,
    /// Numbers instead of a name.
    BareAddress,
    /// A name in disguised letters.
    DisguisedName,
    /// An ending that costs next to nothing and is often thrown away.
    CheapEnding,
    /// A known name inside another's.
    BorrowedName,
    /// Leads to a program that installs itself.
    Program,
    /// Cannot be read as a link.
    NoLink,
}

/// How much a sign says by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Speaks for it.
    Calm,
    /// Says nothing either way.
    Fact,
    /// Enough to be careful.
    Alarm,
}

impl Sign {
    pub const fn weight(self) -> Weight {
        match self {
            Self::OfficialLink => Weight::Calm,
            Self::PoliceNumber
            | Self::ServiceNumber
            | Self::TollNumber
            | Self::Mobile
            | Self::PlainLink
            | Self::NoNumber
            | Self::NoLink => Weight::Fact,
            Self::ForeignNumber
            | Self::ResoldNumber
            | Self::ShortLink
            | Self::BareAddress
            | Self::DisguisedName
            | Self::CheapEnding
            | Self::BorrowedName
            | Self::Program => Weight::Alarm,
        }
    }
}

/// What the form of a number says.
pub fn number(text: &str) -> Vec<Sign> {
    let half: String = text.chars().map(half_width).collect();
    let has_plus = half.trim_start().starts_with('+');
    let digits: String = half.chars().filter(char::is_ascii_digit).collect();
    if digits.is_empty() {
        return vec![Sign::NoNumber];
    }
    let (digits, has_code) = match digits.strip_prefix("0086") {
        Some(rest) => (rest, true),
        None if has_plus => match digits.strip_prefix("86") {
            Some(rest) => (rest, true),
            None => return vec![Sign::ForeignNumber],
        },
        None if digits.starts_with("00") => return vec![Sign::ForeignNumber],
        None => (digits.as_str(), false),
    };
    let starts = |heads: &[&str]| heads.iter().any(|head| digits.starts_with(head));
    let sign = match digits.len() {
        3 if starts(&["110", "119", "120", "122"]) => Sign::PoliceNumber,
        5 if digits == "96110" => Sign::PoliceNumber,
        5 if starts(&["12381"]) => Sign::ServiceNumber,
        // A country code before a short number is a sign of forging.
        5..=6 if starts(&["95", "96", "100", "123"]) && has_code => Sign::ForeignNumber,
        5..=6 if starts(&["95", "96", "100", "123"]) => Sign::ServiceNumber,
        10 if starts(&["400", "800"]) => Sign::TollNumber,
        11 if starts(&["162", "165", "167", "170", "171"]) => Sign::ResoldNumber,
        11 if starts(&["1"]) && !starts(&["10", "11", "12"]) => Sign::Mobile,
        7..=8 if !starts(&["0"]) => return Vec::new(),
        10..=12 if starts(&["0"]) => return Vec::new(),
        _ => Sign::NoNumber,
    };
    vec![sign]
}

const SHORTENERS: &[&str] = &[
    "t.cn",
    "url.cn",
    "dwz.cn",
    "suo.im",
    "bit.ly",
    "t.co",
    "tinyurl.com",
    "goo.gl",
    "is.gd",
    "rb.gy",
    "u.to",
    "dwz.mk",
    "t.ly",
    "mrw.so",
];
const CHEAP: &[&str] = &[
    "top", "xyz", "vip", "icu", "cyou", "buzz", "club", "click", "monster", "rest", "sbs",
    "cfd", "bond", "tk", "ml", "ga", "cf", "gq", "work", "fun", "life", "live", "lol", "pw",
    "quest", "shop", "site", "win", "bid", "loan",
];
/// Names that are borrowed, with the domains that are really theirs.
const KNOWN: &[(&str, &[&str])] = &[
    ("taobao", &["taobao.com"]),
    ("alipay", &["alipay.com"]),
    ("jd", &["jd.com", "jd.hk"]),
    ("icbc", &["icbc.com.cn"]),
    ("ccb", &["ccb.com", "ccb.cn"]),
    ("abchina", &["abchina.com", "abchina.com.cn"]),
    ("boc", &["boc.cn", "bankofchina.com"]),
    ("cmbchina", &["cmbchina.com"]),
    ("10086", &["10086.cn"]),
    ("12306", &["12306.cn"]),
    ("etc", &[]),
    ("chsi", &["chsi.com.cn"]),
    ("weixin", &["weixin.qq.com", "qq.com"]),
    ("qq", &["qq.com"]),
    ("douyin", &["douyin.com"]),
    ("gov", &["gov.cn"]),
    ("police", &[]),
];

/// What the form of a link says.
pub fn link(text: &str) -> Vec<Sign> {
    let text: String = text.trim().chars().map(half_width).collect();
    let lower = text.to_ascii_lowercase();
    let (scheme, rest) = match lower.split_once("://") {
        Some((scheme, rest)) => (scheme, rest),
        None => ("", lower.as_str()),
    };
    let (authority, path) = match rest.find(['/', '?', '#']) {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    // What stands before an @ is no host, however well it looks.
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default().trim_end_matches('.');
    if !host.contains('.') || host.contains(char::is_whitespace) {
        return vec![Sign::NoLink];
    }
    let mut signs = Vec::new();
    let within = |domain: &str| {
        host == domain || host.strip_suffix(domain).is_some_and(|it| it.ends_with('.'))
    };
    let ending = host.rsplit('.').next().unwrap_or_default();
    if host.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        signs.push(Sign::BareAddress);
    } else if !host.is_ascii() || host.split('.').any(|part| part.starts_with("xn--")) {
        signs.push(Sign::DisguisedName);
    } else if within("gov.cn") || within("edu.cn") {
        signs.push(Sign::OfficialLink);
    } else if SHORTENERS.iter().any(|it| within(it)) {
        signs.push(Sign::ShortLink);
    } else {
        let is_borrowed = KNOWN.iter().any(|(name, own)| {
            let has = host.split(['.', '-']).any(|part| part == *name);
            has && !own.iter().any(|it| within(it))
        });
        if is_borrowed {
            signs.push(Sign::BorrowedName);
        }
        if CHEAP.contains(&ending) {
            signs.push(Sign::CheapEnding);
        }
    }
    let file = path.split(['?', '#']).next().unwrap_or_default();
    if [".apk", ".exe", ".mobileconfig", ".ipa"].iter().any(|it| file.ends_with(it)) {
        signs.push(Sign::Program);
    }
    if scheme == "http" {
        signs.push(Sign::PlainLink);
    }
    signs
}

/// Full-width letters and digits as plain ones.
fn half_width(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_by_their_form() {
        use Sign::{
            ForeignNumber, Mobile, NoNumber, PoliceNumber, ResoldNumber, ServiceNumber,
            TollNumber,
        };
        for (text, expected) in [
            ("110", &[PoliceNumber][..]),
            ("９６１１０", &[PoliceNumber]),
            ("95588", &[ServiceNumber]),
            ("+86 95588", &[ForeignNumber]),
            ("+852 5123 4567", &[ForeignNumber]),
            ("0044 20 7946", &[ForeignNumber]),
            ("00862112345678", &[NoNumber]),
            ("400-800-1234", &[TollNumber]),
            ("170 1234 5678", &[ResoldNumber]),
            ("+86 139-0000-0000", &[Mobile]),
            ("13900000000", &[Mobile]),
            ("021-12345678", &[]),
            ("微信号 abc", &[NoNumber]),
        ] {
            assert_eq!(number(text), expected, "{text}");
        }
    }

    #[test]
    fn links_are_told_by_their_form() {
        use Sign::{
            BareAddress, BorrowedName, CheapEnding, DisguisedName, NoLink, OfficialLink,
            PlainLink, Program, ShortLink,
        };
        for (text, expected) in [
            ("https://www.moe.gov.cn/x", &[OfficialLink][..]),
            ("http://gov.cn.verify-pay.top/a", &[BorrowedName, CheapEnding, PlainLink]),
            ("https://www.icbc.com.cn/", &[]),
            ("https://icbc-card.xyz/login", &[BorrowedName, CheapEnding]),
            ("https://www.taobao.com@203.0.113.9/x", &[BareAddress]),
            ("t.cn/abc", &[ShortLink]),
            ("http://203.0.113.9:8080/app.apk?x=1", &[BareAddress, Program, PlainLink]),
            ("https://xn--80ak6aa92e.com", &[DisguisedName]),
            ("点这里", &[NoLink]),
            ("ｈｔｔｐｓ：／／ｔ．ｃｎ／ａ", &[ShortLink]),
        ] {
            assert_eq!(link(text), expected, "{text}");
        }
    }
}
