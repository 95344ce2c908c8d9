//! The fields of a roster and the names that schools give their columns.

use super::value::{number, plain};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    Name,
    Role,
    Sex,
    StudentNo,
    RegisterNo,
    StaffNo,
    IdKind,
    IdNumber,
    BornOn,
    Town,
    School,
    SchoolCode,
    Campus,
    Stage,
    Faculty,
    Major,
    Department,
    Grade,
    Class,
    Group,
    Post,
    Phone,
    Address,
    EnrolledOn,
    Note,
    /// The guardians count from 0.
    GuardianName(u8),
    GuardianRelation(u8),
    GuardianPhone(u8),
}

/// Field, its word in forms, its Chinese name in the template.
const PLAIN_FIELDS: &[(Field, &str, &str)] = &[
    (Field::Name, "name", "姓名"),
    (Field::Role, "role", "人员类别"),
    (Field::Sex, "sex", "性别"),
    (Field::StudentNo, "student-no", "学号"),
    (Field::RegisterNo, "register-no", "全国学籍号"),
    (Field::StaffNo, "staff-no", "工号"),
    (Field::IdKind, "id-kind", "证件类型"),
    (Field::IdNumber, "id-number", "身份证号"),
    (Field::BornOn, "born-on", "出生日期"),
    (Field::Town, "town", "镇街"),
    (Field::School, "school", "学校"),
    (Field::SchoolCode, "school-code", "学校标识码"),
    (Field::Campus, "campus", "校区"),
    (Field::Stage, "stage", "学段"),
    (Field::Faculty, "faculty", "学院"),
    (Field::Major, "major", "专业"),
    (Field::Department, "department", "部门"),
    (Field::Grade, "grade", "年级"),
    (Field::Class, "class", "班级"),
    (Field::Group, "group", "小组"),
    (Field::Post, "post", "岗位"),
    (Field::Phone, "phone", "本人手机"),
    (Field::Address, "address", "家庭住址"),
    (Field::EnrolledOn, "enrolled-on", "入学日期"),
    (Field::Note, "note", "备注"),
];

impl Field {
    /// Every field, in the order of the template.
    pub fn all() -> Vec<Field> {
        let plain = PLAIN_FIELDS.iter().map(|(field, ..)| *field);
        let guardians = (0..super::GUARDIANS_MAX as u8).flat_map(|n| {
            [Field::GuardianName(n), Field::GuardianRelation(n), Field::GuardianPhone(n)]
        });
        plain.chain(guardians).collect()
    }

    /// The word in forms and URLs, as in `guardian-1-phone`.
    pub fn code(self) -> String {
        match self {
            Field::GuardianName(n) => format!("guardian-{}-name", n + 1),
            Field::GuardianRelation(n) => format!("guardian-{}-relation", n + 1),
            Field::GuardianPhone(n) => format!("guardian-{}-phone", n + 1),
            field => find(field).map_or("", |(_, code, _)| code).to_owned(),
        }
    }

    pub fn from_code(code: &str) -> Option<Field> {
        Field::all().into_iter().find(|field| field.code() == code)
    }

    /// The name of the column in the template.
    pub fn label(self) -> String {
        match self {
            Field::GuardianName(n) => format!("监护人{}姓名", n + 1),
            Field::GuardianRelation(n) => format!("监护人{}与学生关系", n + 1),
            Field::GuardianPhone(n) => format!("监护人{}手机", n + 1),
            field => find(field).map_or("", |(_, _, label)| label).to_owned(),
        }
    }
}

fn find(field: Field) -> Option<&'static (Field, &'static str, &'static str)> {
    PLAIN_FIELDS.iter().find(|(this, ..)| *this == field)
}

/// What a header says by itself, before its neighbours are asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    Field(Field),
    /// A column of a guardian, with who that is.
    Guardian(Whose, Part),
    /// 联系电话 without whose: the guardian's beside it, or the person's own.
    AnyPhone,
    /// 关系 without whose.
    AnyRelation,
    /// A mere number of the row.
    Serial,
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Whose {
    Father,
    Mother,
    Nth(u8),
    Any,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Part {
    Name,
    Relation,
    Phone,
    /// What the roster does not keep of a guardian: work place, id number.
    Other,
}

/// The header without spaces, marks and brackets, in one spelling.
pub(crate) fn bare(header: &str) -> String {
    let plain = plain(header).to_lowercase();
    let mut bare = String::with_capacity(plain.len());
    let mut depth = 0_u32;
    for c in plain.chars() {
        match c {
            '(' | '[' | '<' | '《' => depth += 1,
            ')' | ']' | '>' | '》' => depth = depth.saturating_sub(1),
            '*' | ':' | '★' | '#' | '_' | '"' | '\'' | '“' | '”' | '、' | '.' | '-' => {}
            c if depth == 0 => bare.push(c),
            _ => {}
        }
    }
    bare
}

/// What stands in the header's brackets, as in 联系电话（家长）.
fn bracketed(header: &str) -> String {
    let plain = plain(header);
    let inner = plain.split('(').nth(1).and_then(|rest| rest.split(')').next());
    inner.unwrap_or_default().to_owned()
}

pub(crate) fn said(header: &str) -> Said {
    let bare = bare(header);
    if bare.is_empty() || bare.chars().count() > 24 {
        return Said::Unknown;
    }
    if let Some((whose, rest)) = guardian_in(&bare) {
        return guardian_said(whose, &rest);
    }
    let found = own_said(&bare);
    if let Some((whose, _)) = guardian_in(&bracketed(header)) {
        match found {
            Said::AnyPhone => return Said::Guardian(whose, Part::Phone),
            Said::AnyRelation => return Said::Guardian(whose, Part::Relation),
            _ => {}
        }
    }
    found
}

/// Finds whose column it is, and what is left of the header without that.
fn guardian_in(bare: &str) -> Option<(Whose, String)> {
    const MARKS: &[(&str, Whose)] = &[
        ("父亲", Whose::Father),
        ("爸爸", Whose::Father),
        ("母亲", Whose::Mother),
        ("妈妈", Whose::Mother),
        ("法定监护人", Whose::Any),
        ("监护人", Whose::Any),
        ("学生家长", Whose::Any),
        ("家长", Whose::Any),
        ("家庭成员", Whose::Any),
        ("成员", Whose::Any),
        ("紧急联系人", Whose::Any),
        ("联系人", Whose::Any),
    ];
    let (mark, whose) = MARKS.iter().find(|(mark, _)| bare.contains(mark))?;
    let (before, after) = bare.split_once(mark)?;
    // 家长委员会职务 is a post, 与家长关系 is nobody's.
    if after.starts_with('委') || after.starts_with('会') {
        return None;
    }
    let before = before.trim_start_matches("学生").trim_start_matches('第');
    let after = after.trim_start_matches('的');
    let (nth, rest) = if let Some(n) = number(before) {
        (Some(n), after.to_owned())
    } else {
        let (n, rest) = leading_number(after);
        let (n_last, head) = trailing_number(rest);
        (n.or(n_last), format!("{before}{head}"))
    };
    let whose = match nth {
        Some(n) if (1..=99).contains(&n) => Whose::Nth(n as u8),
        _ => *whose,
    };
    Some((whose, rest))
}

fn leading_number(text: &str) -> (Option<u16>, &str) {
    let end = text
        .char_indices()
        .find(|(_, c)| !(c.is_ascii_digit() || "一二三四五六".contains(*c)))
        .map_or(text.len(), |(at, _)| at);
    text.split_at_checked(end)
        .and_then(|(digits, rest)| Some((Some(number(digits)?), rest)))
        .unwrap_or((None, text))
}

fn trailing_number(text: &str) -> (Option<u16>, &str) {
    let head =
        text.trim_end_matches(|c: char| c.is_ascii_digit() || "一二三四五六".contains(c));
    let digits = text.get(head.len()..).unwrap_or_default();
    match number(digits) {
        Some(n) => (Some(n), head),
        None => (None, text),
    }
}

fn guardian_said(whose: Whose, rest: &str) -> Said {
    let part = match rest {
        "" | "姓名" | "名字" | "名称" => Part::Name,
        rest if rest.contains("关系") || rest == "称谓" || rest == "身份" => {
            Part::Relation
        }
        rest if is_phone_word(rest) || is_phone_word(rest.trim_start_matches("联系")) => {
            Part::Phone
        }
        _ => Part::Other,
    };
    Said::Guardian(whose, part)
}

fn is_phone_word(word: &str) -> bool {
    matches!(
        word,
        "手机"
            | "手机号"
            | "手机号码"
            | "手机电话"
            | "电话"
            | "电话号"
            | "电话号码"
            | "联系电话"
            | "联系方式"
            | "联系手机"
            | "联系号码"
            | "联系手机号"
            | "联系电话号码"
            | "移动电话"
            | "方式"
            | "号码"
            | "tel"
            | "phone"
            | "mobile"
    )
}

fn own_said(bare: &str) -> Said {
    if is_phone_word(bare) && bare != "号码" && bare != "方式" {
        return Said::AnyPhone;
    }
    let mut word = bare;
    for prefix in [
        "学生",
        "幼儿",
        "学员",
        "本人",
        "教师",
        "教职工",
        "职工",
        "人员",
        "所在",
        "所属",
        "就读",
        "现就读",
        "现",
    ] {
        word = match word.strip_prefix(prefix) {
            // 人员类别 and 学生类别 are names of their own.
            Some(rest) if !rest.is_empty() && own_field(word).is_none() => rest,
            _ => word,
        };
    }
    if word != bare && is_phone_word(word) {
        return Said::Field(Field::Phone);
    }
    let trimmed = word.strip_suffix("名称").or_else(|| word.strip_suffix("全称"));
    match own_field(bare).or_else(|| own_field(word)).or_else(|| trimmed.and_then(own_field)) {
        Some(field) => Said::Field(field),
        None => match word {
            "与学生关系" | "与本人关系" | "与幼儿关系" | "与孩子关系" | "与其关系" | "关系"
            | "亲属关系" | "称谓" => Said::AnyRelation,
            "序号" | "编号" | "序" | "no" | "id" => Said::Serial,
            _ => Said::Unknown,
        },
    }
}

fn own_field(word: &str) -> Option<Field> {
    Some(match word {
        "姓名" | "名字" | "名" | "姓名全称" | "name" => Field::Name,
        "性别" | "sex" | "gender" => Field::Sex,
        "学号" | "学籍辅号" | "校内学号" | "学籍副号" | "studentno" => {
            Field::StudentNo
        }
        "学籍号" | "全国学籍号" | "全国统一学籍号" | "学籍号码" | "国网学籍号" | "学籍编号" => {
            Field::RegisterNo
        }
        "工号" | "职工号" | "教职工号" | "教工号" | "员工号" | "人事编号" | "教师编号" => {
            Field::StaffNo
        }
        "证件类型" | "身份证件类型" | "证件种类" | "身份证类型" | "证件类别" => {
            Field::IdKind
        }
        "身份证"
        | "身份证号"
        | "身份证号码"
        | "身份证件号"
        | "身份证件号码"
        | "证件号"
        | "证件号码"
        | "公民身份号码"
        | "居民身份证"
        | "居民身份证号"
        | "居民身份证号码"
        | "身份证明号码" => Field::IdNumber,
        "出生日期" | "出生年月日" | "出生年月" | "生日" | "出生" | "出生时间" | "birthday" => {
            Field::BornOn
        }
        "镇街" | "镇" | "街道" | "乡镇" | "镇乡" | "乡镇街道" | "镇街道" | "片区" | "学区"
        | "镇街片区" => Field::Town,
        "学校" | "校名" | "单位" | "幼儿园" | "园所" | "机构" | "学校单位" | "工作单位"
        | "school" => Field::School,
        "学校标识码" | "学校代码" | "学校编码" | "标识码" | "单位代码" => {
            Field::SchoolCode
        }
        "校区" | "分校" | "校点" | "教学点" => Field::Campus,
        "学段" | "学段类别" | "办学层次" | "学历层次" | "培养层次" => {
            Field::Stage
        }
        "学院" | "二级学院" | "院系" | "系部" | "系" | "院系部" => Field::Faculty,
        "专业" | "专业方向" => Field::Major,
        "部门" | "科室" | "处室" | "部门科室" => Field::Department,
        "年级" | "级别年级" | "入学年级" | "年段" | "届别" | "grade" => {
            Field::Grade
        }
        "班级" | "班" | "行政班" | "班别" | "教学班" | "班号" | "班次" | "class" => {
            Field::Class
        }
        "小组" | "组" | "组别" | "学习小组" | "网格小组" | "所在小组" | "group" => {
            Field::Group
        }
        "人员类别" | "类别" | "人员类型" | "身份" | "身份类别" | "学生类别" | "教职工类别"
        | "人员身份" => Field::Role,
        "岗位" | "职务" | "岗位职务" | "职务岗位" | "岗位类别" | "任职" | "行政职务"
        | "担任职务" | "反诈岗位" => Field::Post,
        "家庭住址" | "住址" | "家庭地址" | "现住址" | "居住地址" | "家庭详细住址" | "地址"
        | "通讯地址" | "家庭现住址" | "现住地址" | "联系地址" | "常住地址" => {
            Field::Address
        }
        "入学日期" | "入学时间" | "入学年月" | "入园日期" | "入园时间" | "入职日期"
        | "入职时间" | "到校日期" | "来校时间" | "参加工作时间" => {
            Field::EnrolledOn
        }
        "备注" | "说明" | "备注说明" | "其他" | "note" => Field::Note,
        _ => return None,
    })
}
