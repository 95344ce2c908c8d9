//! Small turns of phrase that several pages need.

use jiff::civil::Date;

/// `2022-03-01` as `2022年3月1日`.
pub fn chinese_date(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

/// An instant as `2022-03-01 18:05`, local.
pub fn moment(ms: i64) -> String {
    crate::clock::local(ms).strftime("%Y-%m-%d %H:%M").to_string()
}

pub fn size(bytes: i64) -> String {
    match bytes {
        0..1_024 => format!("{bytes} 字节"),
        1_024..1_048_576 => format!("{} KB", bytes / 1_024),
        _ => format!("{:.1} MB", bytes as f64 / 1_048_576.0),
    }
}

/// A share as a percentage with one decimal, or a dash when nothing was due.
pub fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "—".to_owned(), |share| format!("{:.1}%", share * 100.0))
}

/// `139****0000`: enough to recognise one's own, not to call it.
pub fn masked_phone(phone: &str) -> String {
    masked(phone, 3, 4)
}

/// Keeps the first `head` and last `tail` characters.
pub fn masked(text: &str, head: usize, tail: usize) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= head + tail {
        return "*".repeat(chars.len());
    }
    let hidden = chars.len() - head - tail;
    let mut masked: String = chars.iter().take(head).collect();
    masked.push_str(&"*".repeat(hidden));
    masked.extend(chars.iter().skip(head + hidden));
    masked
}

/// Parses a form's date; the words name the field.
pub fn parse_date(value: &str, field: &str) -> Result<Date, crate::WebError> {
    value.trim().parse().map_err(|_| {
        crate::WebError::invalid(format!(
            "“{field}”应为日期，写作 2022-03-01 的样子，现为“{}”。",
            value.trim()
        ))
    })
}
