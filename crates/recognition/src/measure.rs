//! Measuring: recall, false alarms, types, calibration, of judged messages.

use crate::fraud_type::FraudType;

/// One judged message beside what is true.
#[derive(Clone, Copy, Debug)]
pub struct Judged {
    pub scam: bool,
    pub kind: Option<FraudType>,
    pub said_scam: bool,
    pub said_kind: Option<FraudType>,
    pub probability: f64,
}

/// Counts of a set of judged messages.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    pub n_scams: usize,
    pub n_found: usize,
    pub n_genuine: usize,
    pub n_alarms: usize,
}

impl Figures {
    /// Counts a set.
    pub fn of(set: &[Judged]) -> Self {
        let mut figures = Self::default();
        for judged in set {
            match (judged.scam, judged.said_scam) {
                (true, said) => {
                    figures.n_scams += 1;
                    figures.n_found += usize::from(said);
                }
                (false, said) => {
                    figures.n_genuine += 1;
                    figures.n_alarms += usize::from(said);
                }
            }
        }
        figures
    }

    /// Share of scams that were found.
    pub fn recall(&self) -> Option<f64> {
        (self.n_scams > 0).then(|| self.n_found as f64 / self.n_scams as f64)
    }

    /// Share of genuine messages that were called scams.
    pub fn false_alarms(&self) -> Option<f64> {
        (self.n_genuine > 0).then(|| self.n_alarms as f64 / self.n_genuine as f64)
    }
}

/// The recall that is possible while at most `share` of the genuine messages
/// are called scams, whatever the threshold.
pub fn recall_at(set: &[Judged], share: f64) -> Option<f64> {
    let sorted = |scam: bool| {
        let mut all: Vec<f64> =
            set.iter().filter(|one| one.scam == scam).map(|one| one.probability).collect();
        all.sort_by(|a, b| b.total_cmp(a));
        all
    };
    let (scams, genuine) = (sorted(true), sorted(false));
    let limit = genuine.get((genuine.len() as f64 * share) as usize).copied()?;
    (!scams.is_empty())
        .then(|| scams.iter().filter(|one| **one > limit).count() as f64 / scams.len() as f64)
}

/// Expected calibration error over ten equal bins of probability.
pub fn calibration_error(set: &[Judged]) -> f64 {
    let mut bins = [(0usize, 0.0f64, 0usize); 10];
    for judged in set {
        let bin = ((judged.probability * 10.0) as usize).min(9);
        if let Some((n, sum, scams)) = bins.get_mut(bin) {
            *n += 1;
            *sum += judged.probability;
            *scams += usize::from(judged.scam);
        }
    }
    let total = set.len().max(1) as f64;
    bins.iter().map(|(_, sum, scams)| (sum - *scams as f64).abs() / total).sum()
}

/// Rows are the true types, columns the said ones; the last column is “no scam”.
pub fn confusion(set: &[Judged]) -> [[usize; 13]; 12] {
    let mut table = [[0; 13]; 12];
    for judged in set {
        let Some(kind) = judged.kind else { continue };
        let column = judged.said_kind.filter(|_| judged.said_scam).map_or(12, FraudType::index);
        if let Some(cell) = table.get_mut(kind.index()).and_then(|row| row.get_mut(column)) {
            *cell += 1;
        }
    }
    table
}

/// Mean F1 over the types that occur; a scam that was not found counts against
/// its type. Genuine messages called scams count against the said type.
pub fn macro_f1(set: &[Judged]) -> f64 {
    let mut sum = 0.0;
    let mut n_types = 0;
    for class in FraudType::ALL {
        let (mut hit, mut said, mut real) = (0usize, 0usize, 0usize);
        for judged in set {
            let says = judged.said_scam && judged.said_kind == Some(class);
            let is = judged.kind == Some(class);
            hit += usize::from(says && is);
            said += usize::from(says);
            real += usize::from(is);
        }
        if real > 0 {
            n_types += 1;
            sum += 2.0 * hit as f64 / (said + real) as f64;
        }
    }
    if n_types == 0 { 0.0 } else { sum / f64::from(n_types) }
}

/// Ways to disguise a message, to see how much is lost.
pub const EVASIONS: [&str; 8] =
    ["全角", "繁体", "空格", "符号", "表情", "拼音", "拆字", "零宽"];

/// Words that senders of scams disguise most.
const DISGUISED: [(&str, &str, &str); 16] = [
    ("转账", "zhuanzhang", "车专贝长"),
    ("验证码", "yanzhengma", "马佥讠正石马"),
    ("微信", "weixin", "微亻言"),
    ("银行卡", "yinhangka", "钅艮彳亍卡"),
    ("贷款", "daikuan", "代贝款"),
    ("刷单", "shuadan", "吊刂单"),
    ("投资", "touzi", "扌殳次贝"),
    ("链接", "lianjie", "钅连扌妾"),
    ("佣金", "yongjin", "亻用金"),
    ("保证金", "baozhengjin", "亻呆讠正金"),
    ("征信", "zhengxin", "彳正亻言"),
    ("密码", "mima", "密石马"),
    ("手续费", "shouxufei", "手续费"),
    ("安全账户", "anquanzhanghu", "宀女全贝长户"),
    ("先付", "xianfu", "先亻寸"),
    ("垫付", "dianfu", "垫亻寸"),
];

const TRADITIONAL: [(char, char); 40] = [
    ('转', '轉'),
    ('账', '賬'),
    ('验', '驗'),
    ('证', '證'),
    ('码', '碼'),
    ('银', '銀'),
    ('贷', '貸'),
    ('单', '單'),
    ('资', '資'),
    ('链', '鏈'),
    ('费', '費'),
    ('户', '戶'),
    ('钱', '錢'),
    ('赚', '賺'),
    ('点', '點'),
    ('击', '擊'),
    ('开', '開'),
    ('关', '關'),
    ('请', '請'),
    ('员', '員'),
    ('会', '會'),
    ('个', '個'),
    ('号', '號'),
    ('么', '麼'),
    ('为', '為'),
    ('这', '這'),
    ('说', '說'),
    ('对', '對'),
    ('时', '時'),
    ('们', '們'),
    ('来', '來'),
    ('过', '過'),
    ('还', '還'),
    ('发', '發'),
    ('动', '動'),
    ('国', '國'),
    ('学', '學'),
    ('给', '給'),
    ('网', '網'),
    ('领', '領'),
];

/// Disguises a message in one of the ways of `EVASIONS`.
pub fn disguise(text: &str, way: &str) -> String {
    let spaced = |mark: &str| {
        let mut out = String::new();
        for (i, c) in text.chars().enumerate() {
            out.push(c);
            if i % 2 == 0 || mark == " " {
                out.push_str(mark);
            }
        }
        out
    };
    match way {
        "全角" => text
            .chars()
            .map(|c| {
                if c.is_ascii_graphic() {
                    char::from_u32(c as u32 + 0xFEE0).unwrap_or(c)
                } else {
                    c
                }
            })
            .collect(),
        "繁体" => text
            .chars()
            .map(|c| TRADITIONAL.iter().find(|(from, _)| *from == c).map_or(c, |(_, to)| *to))
            .collect(),
        "空格" => spaced(" "),
        "符号" => spaced("*"),
        "表情" => spaced("🌟"),
        "零宽" => spaced("\u{200b}"),
        "拼音" => DISGUISED
            .iter()
            .fold(text.to_owned(), |text, (word, pinyin, _)| text.replace(word, pinyin)),
        _ => DISGUISED
            .iter()
            .fold(text.to_owned(), |text, (word, _, split)| text.replace(word, split)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Figures, Judged, calibration_error, confusion, macro_f1};
    use crate::fraud_type::FraudType;

    fn judged(scam: bool, said: bool, probability: f64) -> Judged {
        let kind = scam.then_some(FraudType::Game);
        Judged {
            scam,
            kind,
            said_scam: said,
            said_kind: said.then_some(FraudType::Game),
            probability,
        }
    }

    #[test]
    fn figures_count_what_they_say() {
        let set = [
            judged(true, true, 0.9),
            judged(true, false, 0.2),
            judged(false, false, 0.1),
            judged(false, true, 0.6),
        ];
        let figures = Figures::of(&set);
        assert_eq!(figures.recall(), Some(0.5));
        assert_eq!(figures.false_alarms(), Some(0.5));
        assert!((macro_f1(&set) - 0.5).abs() < 1e-9);
        assert_eq!(confusion(&set)[FraudType::Game.index()][12], 1);
        assert!((calibration_error(&set) - (0.1 + 0.8 + 0.1 + 0.6) / 4.0).abs() < 1e-9);
        assert_eq!(Figures::of(&[]).recall(), None);
    }
}
