//! The letters of a message for the network: runs of digits, Chinese ones too,
//! become `0`, addresses become `u`, names and places of shared data go.

use crate::normalise::{Cell, LetterKind, Plain, begins, letter_kinds};

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

/// Appends a sign unless it stands there already.
fn push_once(letters: &mut Vec<char>, sign: char) {
    if letters.last() != Some(&sign) {
        letters.push(sign);
    }
}

/// The letters of a normalised text.
pub(crate) fn letters(plain: &Plain) -> Vec<char> {
    let kind = letter_kinds();
    let mut letters = Vec::with_capacity(plain.len());
    let mut han_run = 0usize;
    let mut skip_to = 0usize;
    // Where the run of signs ends whose letters are being read.
    let mut run_end = 0usize;
    for (at, cell) in plain.cells().iter().enumerate() {
        let c = cell.c;
        if at < skip_to {
            continue;
        }
        match kind(c) {
            LetterKind::Han => {
                han_run = 0;
                letters.push(c);
            }
            LetterKind::HanDigit => {
                han_run += 1;
                match letters.last_mut() {
                    Some('0') => {}
                    // The second in a row makes the first one a number too.
                    Some(last) if han_run == 2 => *last = '0',
                    _ => letters.push(c),
                }
            }
            LetterKind::Other => {
                han_run = 0;
                if c.is_ascii_alphabetic() {
                    let rest = plain.rest_at(at);
                    let mut is_address = begins(rest, "http") || begins(rest, "www.");
                    if run_end <= at {
                        let run = run_of(rest);
                        run_end = at + run.len();
                        is_address |= is_host(run);
                    }
                    if is_address {
                        push_once(&mut letters, 'u');
                        skip_to = run_end;
                        continue;
                    }
                }
                skip_to = at + push_other(&mut letters, plain.rest_at(at), c);
            }
        }
    }
    letters
}

/// The signs from here on without a blank or a Chinese character.
fn run_of(cells: &[Cell]) -> &[Cell] {
    let length = cells.iter().take_while(|cell| cell.c.is_ascii_graphic()).count();
    cells.get(..length).unwrap_or_default()
}

/// A host: letters, a dot, letters, and nothing Chinese between.
fn is_host(run: &[Cell]) -> bool {
    run.last().is_some_and(|cell| cell.c.is_ascii_alphanumeric())
        && run.iter().any(|cell| cell.c == '.')
}

/// Appends what stands for a character that is not Chinese, or for the word that
/// it begins; gives how many characters that takes.
fn push_other(letters: &mut Vec<char>, rest: &[Cell], c: char) -> usize {
    if c.is_ascii_digit() {
        push_once(letters, '0');
    } else if c.is_ascii_alphabetic() {
        if let Some((mask, sign)) = MASKS.iter().find(|(mask, _)| begins(rest, mask)) {
            if let Some(sign) = sign {
                push_once(letters, *sign);
            }
            return mask.len();
        }
        letters.push(c);
    } else if matches!(c, '?' | '!' | ':' | ',' | '。' | '\n' | '【') {
        letters.push(c);
    }
    1
}

#[cfg(test)]
mod tests {
    use super::letters;
    use crate::normalise::normalise;

    #[test]
    fn numbers_fold_to_one_sign() {
        let folded = |text: &str| letters(&normalise(text)).into_iter().collect::<String>();
        assert_eq!(folded("转5000元"), "转0元");
        assert_eq!(folded("转五千元"), "转0元");
        assert_eq!(folded("一个3万"), "一个0");
        assert_eq!(folded("登录 http://a.cc/x 领取"), "登录u领取");
        assert_eq!(folded("登录icbc.top升级"), "登录u升级");
        assert_eq!(folded("充digit元送digit"), "充0元送0");
    }
}
