//! What is wrong with the TOML itself, in Chinese.

/// What the TOML reader complains of, and what is allowed instead; none where
/// its words are not known.
pub(crate) fn in_chinese(message: &str) -> Option<(&'static str, &'static str)> {
    const TABLE: &[(&str, &str, &str)] = &[
        ("duplicate key", "同一字段写了两次", "删去其中一个"),
        ("string values must be quoted", "文字没有加引号", "写作 name = \"…\""),
        ("missing value", "等号后面没有值", "写作 字段 = 值"),
        ("key with no value", "只有字段名，没有值", "写作 字段 = 值"),
        ("missing assignment", "缺少等号", "写作 字段 = 值"),
        ("extra `=`", "多了一个等号", "写作 字段 = 值"),
        (
            "unclosed inline",
            "方括号或花括号没有结束",
            "写作 [\"a\", \"b\"] 或 { kind = \"school\" }",
        ),
        ("unclosed array", "列表没有用 ] 结束", "写作 [\"a\", \"b\"]"),
        ("unclosed table", "方括号标题没有结束", "写作 [[duty]]"),
        ("missing comma", "两项之间缺少逗号", "各项用英文逗号隔开"),
        ("extra comma", "多了一个逗号", "各项用一个英文逗号隔开"),
        ("missing key for inline", "花括号里缺少字段名", "写作 { kind = \"school\" }"),
        ("invalid inline", "花括号里写法不对", "写作 { kind = \"school\" }"),
        ("invalid date", "日期的写法不对", "日期写作 年-月-日，如 2022-12-31"),
        ("unexpected", "这里有多余或看不懂的内容", "每行写一个 字段 = 值，说明以 # 开头"),
        ("invalid comment", "说明里有不能用的字符", "说明以 # 开头，写在行尾或单独一行"),
        ("redundant", "数字前有多余的符号或零", "写普通的整数或小数"),
        ("invalid unquoted key", "字段名里有不能用的字符", "字段名用英文字母、数字和连字符"),
        ("invalid basic string", "引号没有配对", "文字首尾各一个英文双引号"),
    ];
    let known = TABLE.iter().find(|(english, ..)| message.starts_with(english));
    known.map(|&(_, chinese, allowed)| (chinese, allowed))
}

/// The first character of the line around `at` that was typed in full width
/// where TOML wants an ASCII one, with that one.
pub(crate) fn full_width(text: &str, at: usize) -> Option<(usize, char, char)> {
    const PAIRS: &[(char, char)] = &[
        ('＝', '='),
        ('“', '"'),
        ('”', '"'),
        ('，', ','),
        ('［', '['),
        ('］', ']'),
        ('【', '['),
        ('】', ']'),
        ('｛', '{'),
        ('｝', '}'),
        ('＃', '#'),
    ];
    let start = text.get(..at)?.rfind('\n').map_or(0, |end| end + 1);
    let line = text.get(start..)?.lines().next()?;
    let mut quoted = false;
    for (n, found) in line.char_indices() {
        match found {
            '"' => quoted = !quoted,
            '#' if !quoted => return None,
            _ if quoted => {}
            _ => {
                if let Some(&(wide, ascii)) = PAIRS.iter().find(|(wide, _)| *wide == found) {
                    return Some((start + n, wide, ascii));
                }
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_marks_outside_quotes_are_found() {
        assert_eq!(full_width("a = 1\nquota ＝ 2\n", 8), Some((12, '＝', '=')));
        assert_eq!(full_width("name = “班会”", 7), Some((7, '“', '"')));
        assert_eq!(full_width("name = \"甲，乙\"", 0), None);
        assert_eq!(full_width("x = 1 # 甲，乙", 0), None);
    }
}
