//! Numbers in figures and in Chinese numerals.

/// Reads a whole string as a number: `12`, `0.5`, `十二`, `两百`, `1.5万`, `二〇二二`.
pub(crate) fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    if let Some(head) = text.strip_suffix('万') {
        return number(head).map(|n| n * 10_000.0);
    }
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return text.replace(',', "").parse().ok().filter(|n: &f64| n.is_finite());
    }
    chinese(text).map(f64::from)
}

/// `三十一` is 31, `二〇二二` is 2022, `一百零五` is 105.
pub(crate) fn chinese(text: &str) -> Option<u32> {
    if text.is_empty() || text.chars().count() > 9 {
        return None;
    }
    if text.chars().count() > 1 && text.chars().all(|c| digit(c).is_some()) {
        return text
            .chars()
            .try_fold(0_u32, |sum, c| sum.checked_mul(10)?.checked_add(digit(c)?));
    }
    let (mut total, mut current) = (0_u32, None);
    for c in text.chars() {
        if let Some(d) = digit(c) {
            current = Some(d);
        } else {
            let scale = scale(c)?;
            total = total.checked_add(current.unwrap_or(1).checked_mul(scale)?)?;
            current = Some(0);
        }
    }
    total.checked_add(current.unwrap_or(0))
}

fn digit(c: char) -> Option<u32> {
    Some(match c {
        '零' | '〇' | '○' => 0,
        '一' | '壹' => 1,
        '二' | '两' | '贰' => 2,
        '三' | '叁' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    })
}

fn scale(c: char) -> Option<u32> {
    match c {
        '十' | '拾' => Some(10),
        '百' | '佰' => Some(100),
        '千' => Some(1000),
        _ => None,
    }
}

pub(crate) fn is_numeral(c: char) -> bool {
    digit(c).is_some() || scale(c).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_kinds_of_numerals() {
        for (text, value) in [
            ("3", 3.0),
            ("0.5", 0.5),
            ("十", 10.0),
            ("十二", 12.0),
            ("二十", 20.0),
            ("三十一", 31.0),
            ("两百", 200.0),
            ("一百零五", 105.0),
            ("贰拾", 20.0),
            ("二〇二二", 2022.0),
            ("1.5万", 15000.0),
            ("三万", 30000.0),
        ] {
            assert_eq!(number(text), Some(value), "{text}");
        }
        for text in ["", "甲", "十甲", "1.2.3"] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
