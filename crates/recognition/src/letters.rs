//! The letters of a message for the network: runs of digits, Chinese ones too,
//! become `0`, addresses become `u`, names and places of shared data go.

use crate::normalise::is_han;

/// Words that stand in shared data for a number, an address or a name, and what
/// they are read as; names and places say nothing.
const MASKS: [(&str, Option<char>); 8] = [
    ("digit", Some('0')),
    ("cellphone", Some('0')),
    ("phone", Some('0')),
    ("hotline", Some('0')),
    ("bank", Some('0')),
    ("url", Some('u')),
    ("name", None),
    ("place", None),
];

/// Letters on their way out: the last one waits, since it may still become `0`.
struct Out<F> {
    say: F,
    last: Option<char>,
}

impl<F: FnMut(char)> Out<F> {
    fn push(&mut self, c: char) {
        if let Some(before) = self.last.replace(c) {
            (self.say)(before);
        }
    }

    /// Pushes a sign unless it stands there already.
    fn push_once(&mut self, sign: char) {
        if self.last != Some(sign) {
            self.push(sign);
        }
    }
}

/// Calls `say` for each letter of a normalised text.
pub(crate) fn each_letter(text: &str, say: impl FnMut(char)) {
    let mut out = Out { say, last: None };
    let mut han_run = 0usize;
    let mut skip_to = 0usize;
    for (at, c) in text.char_indices() {
        if at < skip_to {
            continue;
        }
        if is_han_digit(c) {
            han_run += 1;
            match out.last {
                Some('0') => {}
                _ if han_run == 2 => out.last = Some('0'),
                _ => out.push(c),
            }
            continue;
        }
        han_run = 0;
        if is_han(c) {
            out.push(c);
        } else if c.is_ascii_alphabetic() {
            match folded_word(text.as_bytes(), at) {
                Some((length, sign)) => {
                    skip_to = at + length;
                    if let Some(sign) = sign {
                        out.push_once(sign);
                    }
                }
                None => out.push(c),
            }
        } else if c.is_ascii_digit() {
            out.push_once('0');
        } else if matches!(c, '?' | '!' | ':' | ',' | '。' | '\n' | '【') {
            out.push(c);
        }
    }
    if let Some(last) = out.last {
        (out.say)(last);
    }
}

/// The length of an address or a mask that begins here, and its sign.
fn folded_word(bytes: &[u8], at: usize) -> Option<(usize, Option<char>)> {
    let rest = bytes.get(at..)?;
    let run = rest.iter().take_while(|b| b.is_ascii_graphic()).count();
    let word = rest.get(..run)?;
    if word.starts_with(b"http") || word.starts_with(b"www.") {
        return Some((run, Some('u')));
    }
    // A host: letters, a dot, letters, and nothing Chinese between.
    if word.contains(&b'.') && word.last().is_some_and(u8::is_ascii_alphanumeric) {
        return Some((run, Some('u')));
    }
    MASKS
        .iter()
        .find(|(mask, _)| word.starts_with(mask.as_bytes()))
        .map(|(mask, sign)| (mask.len(), *sign))
}

fn is_han_digit(c: char) -> bool {
    matches!(
        c,
        '〇' | '零'
            | '一'
            | '二'
            | '两'
            | '三'
            | '四'
            | '五'
            | '六'
            | '七'
            | '八'
            | '九'
            | '十'
            | '百'
            | '千'
            | '万'
    )
}

#[cfg(test)]
mod tests {
    use super::each_letter;

    #[test]
    fn numbers_fold_to_one_sign() {
        let folded = |text: &str| {
            let mut letters = String::new();
            each_letter(text, |c| letters.push(c));
            letters
        };
        assert_eq!(folded("转5000元"), "转0元");
        assert_eq!(folded("转五千元"), "转0元");
        assert_eq!(folded("一个3万"), "一个0");
        assert_eq!(folded("登录 http://a.cc/x 领取"), "登录u领取");
        assert_eq!(folded("登录icbc.top升级"), "登录u升级");
        assert_eq!(folded("充digit元送digit"), "充0元送0");
    }
}
