//! From what stands in a cell to a value, or to words that say what is wrong
//! with it and what is allowed.

use std::borrow::Cow;

use jiff::civil::Date;

use super::cells::{Value, serial_date};
use super::{IdNumber, Role, Sex};

/// What is wrong and what is allowed, in Chinese.
pub(crate) type Fault = Cow<'static, str>;

/// Words that people put where they have nothing to say.
pub(crate) fn is_placeholder(text: &str) -> bool {
    const NOTHING: &[&str] = &[
        "无", "暂无", "没有", "空", "不详", "未知", "/", "\\", "-", "--", "—", "——", "N/A",
        "null",
    ];
    NOTHING.contains(&text)
}

/// Full-width letters, digits and signs to plain ones; no spaces of any kind.
pub(crate) fn plain(text: &str) -> String {
    let narrow = |c: char| match c {
        '〔' | '【' | '［' => '(',
        '〕' | '】' | '］' => ')',
        '–' | '—' | '‐' | '−' => '-',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        c => c,
    };
    text.chars().filter(|c| !is_space(*c)).map(narrow).collect()
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{2060}')
}

/// Chinese or Arabic digits as a number: `十二`, `二十三`, `12`.
pub(crate) fn number(text: &str) -> Option<u16> {
    if !text.is_empty() && text.len() <= 5 && text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().ok();
    }
    let mut total = 0_u16;
    let mut digit: Option<u16> = None;
    let mut has_ten = false;
    for c in text.chars() {
        match (chinese_digit(c), c) {
            (Some(value), _) if digit.is_none() => digit = Some(value),
            (None, '十') if !has_ten => {
                total = digit.take().unwrap_or(1) * 10;
                has_ten = true;
            }
            _ => return None,
        }
    }
    (has_ten || digit.is_some()).then(|| total + digit.unwrap_or(0))
}

pub(crate) fn chinese_digit(c: char) -> Option<u16> {
    let digits = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let value = match c {
        '零' | '○' | 'Ｏ' => Some(0),
        '两' => Some(2),
        c => digits.iter().position(|digit| *digit == c),
    };
    value.map(|value| value as u16)
}

/// A person's name: no spaces between Chinese characters, one kind of dot.
pub(crate) fn name(text: &str) -> Result<String, Fault> {
    let mut name = String::with_capacity(text.len());
    let mut pending_space = false;
    for c in text.chars().filter(|c| !c.is_control()) {
        if is_space(c) {
            pending_space = !name.is_empty();
            continue;
        }
        let latin_before = name.chars().last().is_some_and(|last| last.is_ascii());
        if pending_space && latin_before && c.is_ascii() {
            name.push(' ');
        }
        pending_space = false;
        name.push(if matches!(c, '•' | '・' | '．' | '‧' | '∙' | '●') {
            '·'
        } else {
            c
        });
    }
    if name.chars().count() > 60 {
        return Err("姓名过长，最多 60 个字".into());
    }
    if !name.chars().any(char::is_alphabetic) {
        return Err("姓名中没有文字，应填写汉字或字母姓名".into());
    }
    Ok(name)
}

pub(crate) fn sex(text: &str) -> Result<Option<Sex>, Fault> {
    match plain(text).to_ascii_uppercase().as_str() {
        "男" | "男性" | "男生" | "M" | "MALE" | "1" => Ok(Some(Sex::Male)),
        "女" | "女性" | "女生" | "F" | "FEMALE" | "2" => Ok(Some(Sex::Female)),
        "未知" | "未说明" | "未说明的性别" | "0" | "9" => Ok(None),
        _ => Err("性别无法识别，应填“男”或“女”".into()),
    }
}

pub(crate) fn role(text: &str) -> Result<Role, Fault> {
    const STAFF: &[&str] = &[
        "教职",
        "教师",
        "老师",
        "职工",
        "员工",
        "干部",
        "行政",
        "后勤",
        "财务",
        "退休",
        "教辅",
        "工勤",
        "保安",
        "聘",
        "辅导员",
        "管理",
        "校长",
        "园长",
        "教学",
        "班主任",
        "编",
    ];
    const STUDENT: &[&str] =
        &["学生", "新生", "幼儿", "在校生", "在籍", "毕业生", "学员", "走读", "住校", "寄宿"];
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    match (has(STUDENT), has(STAFF)) {
        (true, _) => Ok(Role::Student),
        (false, true) => Ok(Role::Staff),
        _ => {
            Err("人员类别无法识别，应填“学生”或“教职工”（可写明新生、在编教师、财务人员等）"
                .into())
        }
    }
}

/// A code in letters and digits: student, register and staff numbers.
pub(crate) fn code(value: &Value<'_>, what: &str) -> Result<String, Fault> {
    let text = value.text();
    if let Some(fault) = rounded(value, &text) {
        return Err(fault);
    }
    let code = plain(&text).trim_start_matches(['\'', '`']).to_ascii_uppercase();
    let is_code = code.chars().all(|c| c.is_alphanumeric() || "-_/.()".contains(c));
    if code.is_empty() || code.chars().count() > 40 || !is_code {
        return Err(format!("{what}格式不对，应为 1–40 位字母、数字或短横线").into());
    }
    Ok(code)
}

/// Spreadsheets keep 15 digits of a number; what was longer is lost.
fn rounded(value: &Value<'_>, text: &str) -> Option<Fault> {
    let is_rounded = match value {
        Value::Number(number) => number.abs() >= 1e15,
        _ => is_scientific(text),
    };
    is_rounded.then(|| {
        "号码被保存成了数字，15 位以后已丢失；请把该列设为“文本”格式后重新填写完整号码".into()
    })
}

fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    mantissa.contains('.')
        && mantissa.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        && exponent.strip_prefix('+').is_some_and(|digits| digits.parse::<u8>().is_ok())
}

/// A document number. `kind` is the word of the document column, if there is one.
pub(crate) fn id_number(value: &Value<'_>, kind: Option<&str>) -> Result<IdNumber, Fault> {
    let number = code(value, "证件号码")?;
    let is_resident = kind.is_none_or(|kind| {
        kind.contains("身份证") || kind.contains("户口") || kind.contains("居住证")
    });
    if !is_resident {
        return Ok(IdNumber::Other { kind: kind.map(str::to_owned), number });
    }
    // A passport or permit in the id column shows by its first letter.
    let has_letter_first = number.starts_with(|c: char| c.is_ascii_alphabetic());
    if kind.is_none() && has_letter_first && (6..=12).contains(&number.len()) {
        return Ok(IdNumber::Other { kind: None, number });
    }
    check_resident(&number)?;
    Ok(IdNumber::Resident(number))
}

/// GB 11643-1999: six digits of area, eight of birth, three of order, one check.
fn check_resident(number: &str) -> Result<(), Fault> {
    const AREAS: &[u8] = &[
        11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50,
        51, 52, 53, 54, 61, 62, 63, 64, 65, 71, 81, 82, 83, 91, 92, 93, 94, 95, 96, 97, 98, 99,
    ];
    let bytes = number.as_bytes();
    let (Some(body), Some(last), 18) = (bytes.get(..17), bytes.last(), bytes.len()) else {
        let n = number.chars().count();
        return Err(format!("身份证号应为 18 位，这里是 {n} 位").into());
    };
    if !body.iter().all(u8::is_ascii_digit) || !(last.is_ascii_digit() || *last == b'X') {
        return Err("身份证号前 17 位应为数字，末位应为数字或 X".into());
    }
    if !number
        .get(..2)
        .and_then(|area| area.parse().ok())
        .is_some_and(|area| AREAS.contains(&area))
    {
        return Err("身份证号前两位不是有效的地区代码".into());
    }
    if resident_birth(number).is_none() {
        return Err("身份证号第 7–14 位不是有效的出生日期".into());
    }
    if resident_check(body) != *last {
        return Err("身份证号校验位不对，请核对是否有错位、漏位".into());
    }
    Ok(())
}

/// The check character of the first 17 digits (ISO 7064, MOD 11-2).
pub(crate) fn resident_check(body: &[u8]) -> u8 {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: &[u8; 11] = b"10X98765432";
    let digits = body.iter().map(|byte| u32::from(byte.wrapping_sub(b'0')));
    let sum: u32 = WEIGHTS.iter().zip(digits).map(|(weight, digit)| weight * digit).sum();
    CHECKS.get((sum % 11) as usize).copied().unwrap_or(b'X')
}

/// The birth date inside a resident number.
pub(crate) fn resident_birth(number: &str) -> Option<Date> {
    let part = |from: usize, until: usize| number.get(from..until)?.parse::<i16>().ok();
    let (year, month, day) = (part(6, 10)?, part(10, 12)?, part(12, 14)?);
    Date::new(year, month as i8, day as i8).ok().filter(|_| (1900..=2100).contains(&year))
}

/// The sex inside a resident number: the 17th digit is odd for men.
pub(crate) fn resident_sex(number: &str) -> Option<Sex> {
    let digit = number.as_bytes().get(16)?.wrapping_sub(b'0');
    Some(if digit % 2 == 1 { Sex::Male } else { Sex::Female })
}

/// A phone number, and whether the cell held a second one.
pub(crate) fn phone(value: &Value<'_>) -> Result<(String, bool), Fault> {
    let text = value.text();
    if let Some(fault) = rounded(value, &text) {
        return Err(fault);
    }
    if is_mobile(&text) {
        return Ok((text.into_owned(), false));
    }
    let several: Vec<&str> = text
        .split(['、', '，', ',', ';', '；', '/', '\n', '|'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    let first = several.first().copied().unwrap_or_default();
    // Two numbers with only a space between them.
    let spaced: Vec<&str> = first.split_whitespace().collect();
    let spaced_pair = spaced.len() == 2 && spaced.iter().all(|part| one_phone(part).is_some());
    let candidate =
        if spaced_pair { spaced.first().copied().unwrap_or_default() } else { first };
    match one_phone(candidate) {
        Some(phone) => Ok((phone, several.len() > 1 || spaced_pair)),
        None => Err("电话号码不对，应为 11 位手机号，或带区号的固定电话（如 0519-86312345），境外号码以 + 开头".into()),
    }
}

fn one_phone(text: &str) -> Option<String> {
    let text = plain(text);
    let text = text.trim_start_matches(['\'', '`']);
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if !text.chars().all(|c| c.is_ascii_digit() || "+-().转*#".contains(c)) {
        return None;
    }
    let abroad = text.starts_with('+') || text.starts_with("00");
    let home = digits.trim_start_matches("00").strip_prefix("86").filter(|_| abroad);
    let digits = home.map_or(digits.clone(), str::to_owned);
    if is_mobile(&digits) && !text.contains(['转', '*', '#']) {
        return Some(digits);
    }
    if abroad && home.is_none() {
        let number = digits.trim_start_matches('0');
        return (7..=15).contains(&number.len()).then(|| format!("+{number}"));
    }
    landline(text, home.is_some())
}

fn is_mobile(digits: &str) -> bool {
    let bytes = digits.as_bytes();
    bytes.len() == 11
        && bytes.iter().all(u8::is_ascii_digit)
        && bytes.first() == Some(&b'1')
        && bytes.get(1).is_some_and(|b| (b'3'..=b'9').contains(b))
}

/// `0519-86312345`, `(010)6231 2345`, with an extension or without.
fn landline(text: &str, has_country: bool) -> Option<String> {
    let (main, extension) = match text.split_once(['转', '*', '#']) {
        Some((main, extension)) => (main, Some(extension)),
        None => (text, None),
    };
    let mut digits: String = main.chars().filter(char::is_ascii_digit).collect();
    if has_country {
        digits = format!(
            "0{}",
            digits.trim_start_matches("00").strip_prefix("86")?.trim_start_matches('0')
        );
    }
    if !digits.starts_with('0') || digits.starts_with("00") {
        return None;
    }
    let short_area = digits.starts_with("01") || digits.starts_with("02");
    let area_len = if short_area { 3 } else { 4 };
    let (area, local) = digits.split_at_checked(area_len)?;
    let sound_local = matches!(local.len(), 7 | 8) && !local.starts_with(['0', '1']);
    let sound_extension = extension.is_none_or(|digits| {
        (1..=6).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
    });
    if !sound_local || !sound_extension {
        return None;
    }
    let tail = extension.map(|digits| format!("-{digits}")).unwrap_or_default();
    Some(format!("{area}-{local}{tail}"))
}

/// A day in any of the usual spellings.
pub(crate) fn day(value: &Value<'_>) -> Result<Date, Fault> {
    let fault =
        || Fault::from("日期无法识别，应写作 2015-03-02、2015/3/2、2015年3月2日 或 20150302");
    let found = match value {
        Value::Date(day) => return bounded(*day),
        Value::Number(serial) if *serial < 100_000.0 => serial_date(*serial),
        value => written_day(&value.text())?,
    };
    found.map_or_else(|| Err(fault()), bounded)
}

fn bounded(day: Date) -> Result<Date, Fault> {
    if (1900..=2100).contains(&day.year()) {
        Ok(day)
    } else {
        Err("日期应在 1900 年至 2100 年之间".into())
    }
}

fn written_day(text: &str) -> Result<Option<Date>, Fault> {
    if let Some(day) = iso_day(text) {
        return Ok(Some(day));
    }
    let text = date_part(text);
    let mut parts: Vec<String> = vec![String::new()];
    for c in text.chars() {
        match c {
            '0'..='9' => parts.last_mut().map(|part| part.push(c)).unwrap_or_default(),
            '-' | '/' | '.' | '年' | '月' | '日' | '号' | '、' | '\\' => {
                parts.push(String::new());
            }
            c => match chinese_digit(c) {
                Some(_) => parts.last_mut().map(|part| part.push(c)).unwrap_or_default(),
                None if c == '十' => {
                    parts.last_mut().map(|part| part.push(c)).unwrap_or_default();
                }
                None => return Ok(None),
            },
        }
    }
    parts.retain(|part| !part.is_empty());
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let (year, month, day) = match parts.as_slice() {
        [one] if one.len() == 8 => {
            let cut = |from, until| one.get(from..until).unwrap_or_default();
            (cut(0, 4), cut(4, 6), cut(6, 8))
        }
        [year, month, day] => (*year, *month, *day),
        [_, _] => return Err("日期缺少“日”，应写作 2015-03-02 这样的完整日期".into()),
        _ => return Ok(None),
    };
    let year = match year.chars().count() {
        4 => year_number(year),
        _ => return Err("年份应为四位，如 2015-03-02".into()),
    };
    let (Some(year), Some(month), Some(day)) = (year, number(month), number(day)) else {
        return Ok(None);
    };
    let date = Date::new(year as i16, month.min(99) as i8, day.min(99) as i8);
    date.map(Some).map_err(|_| Fault::from("没有这一天，请核对月份和日期"))
}

/// The spelling that most files use, read without detours.
fn iso_day(text: &str) -> Option<Date> {
    let (year, rest) = text.split_at_checked(4)?;
    let mut rest = rest.strip_prefix(['-', '/'])?.splitn(2, ['-', '/']);
    let digits = |part: &str| part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit());
    let (month, day) = (rest.next()?, rest.next()?);
    if ![year, month, day].into_iter().all(digits) {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// True for a month without a day: `2015年3月`, `2015.03`, `201503`.
pub(crate) fn is_month(value: &Value<'_>) -> bool {
    let text = plain(&value.text());
    let text = text.trim_end_matches('月');
    let (year, month) = match text.split_once(['-', '/', '.', '年']) {
        Some(parts) => parts,
        None if text.len() == 6 && text.is_ascii() => text.split_at(4),
        None => return false,
    };
    let is_year = year.len() == 4 && (year.starts_with("19") || year.starts_with("20"));
    is_year && number(month).is_some_and(|month| (1..=12).contains(&month))
}

/// Cuts a time of day off: `2015-03-02 00:00:00`, `2015-03-02T00:00:00`.
fn date_part(text: &str) -> String {
    let text = text.trim();
    let cut = text.find([' ', 'T']).filter(|_| text.contains(':'));
    plain(cut.and_then(|at| text.get(..at)).unwrap_or(text))
}

/// `2015` or `二〇一五`.
fn year_number(text: &str) -> Option<u16> {
    text.chars().try_fold(0_u16, |year, c| {
        let digit = c.to_digit(10).map(|digit| digit as u16).or_else(|| chinese_digit(c))?;
        Some(year * 10 + digit)
    })
}

/// A relation in one word for the usual spellings; others are kept.
pub(crate) fn relation(text: &str) -> Result<String, Fault> {
    let word = plain(text);
    let usual = match word.as_str() {
        "父" | "爸" | "爸爸" | "父子" | "父女" | "生父" | "亲生父亲" => "父亲",
        "母" | "妈" | "妈妈" | "母子" | "母女" | "生母" | "亲生母亲" => "母亲",
        "祖父" | "爷" => "爷爷",
        "祖母" | "奶" => "奶奶",
        "外祖父" | "姥爷" => "外公",
        "外祖母" | "姥姥" => "外婆",
        other => other,
    };
    free(usual, "关系", 20)
}

/// Free text of bounded length.
pub(crate) fn free(text: &str, what: &str, chars_max: usize) -> Result<String, Fault> {
    let text = text.trim();
    if text.chars().count() > chars_max {
        return Err(format!("{what}过长，最多 {chars_max} 个字").into());
    }
    let clean = |c: char| if c.is_control() { ' ' } else { c };
    Ok(text.chars().map(clean).collect())
}
