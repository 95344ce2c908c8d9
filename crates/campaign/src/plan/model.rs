//! The words of the plan language as types. Nothing here reads or prints:
//! `parse` makes these values, and makes them only when they are consistent.

use jiff::civil::Date;

/// A whole plan, in the version that holds from [`Head::in_force`].
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub head: Head,
    pub phases: Vec<Phase>,
    pub duties: Vec<Duty>,
    pub targets: Vec<Target>,
    /// Posts and teams that must be held (岗位, 四位一体).
    pub posts: Vec<PostWanted>,
    pub teams: Vec<TeamWanted>,
    /// Standing responsibilities of departments and posts (职责分工).
    pub responsibilities: Vec<Responsibility>,
    pub reports: Vec<ReportWanted>,
    pub honours: Vec<Honour>,
    pub scoring: Vec<ScoreRule>,
    pub key_periods: Vec<KeyPeriodRule>,
    /// Audiences that this plan names beyond the usual ones.
    pub audiences: Vec<AudienceDef>,
    /// Indicators that this plan measures beyond the usual ones.
    pub indicators: Vec<IndicatorDef>,
}

impl Plan {
    /// A plan that asks for nothing yet.
    pub const fn new(head: Head) -> Self {
        Self {
            head,
            phases: Vec::new(),
            duties: Vec::new(),
            targets: Vec::new(),
            posts: Vec::new(),
            teams: Vec::new(),
            responsibilities: Vec::new(),
            reports: Vec::new(),
            honours: Vec::new(),
            scoring: Vec::new(),
            key_periods: Vec::new(),
            audiences: Vec::new(),
            indicators: Vec::new(),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    pub id: String,
    pub name: String,
    pub issuer: String,
    /// Title or number of the official document that the plan was read from.
    pub document: Option<String>,
    pub from: Date,
    pub until: Date,
    /// The day from which this version holds; the first version holds from `from`.
    pub in_force: Option<Date>,
    pub version: u32,
    /// The id of the superior's plan that this one adopts (B4).
    pub adopts: Option<String>,
    /// What a reader must know: masked dates and how they were chosen.
    pub note: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Phase {
    pub id: String,
    pub name: String,
    pub clause: String,
    pub from: Date,
    pub until: Date,
    pub goals: Vec<String>,
}

/// Something that a unit or person must do.
#[derive(Debug, Clone, PartialEq)]
pub struct Duty {
    pub id: String,
    pub name: String,
    /// Where the document asks for it, as in `三（一）1`.
    pub clause: String,
    /// The act that a record tells of; duties that share one are closed by one
    /// record (N2). The duty's own id if the file names none.
    pub activity: String,
    /// Whose duty it is.
    pub by: By,
    pub per: Per,
    pub cadence: Cadence,
    /// Only for yearly duties.
    pub year: Option<YearKind>,
    /// Least number per period, ≥ 1.
    pub quota: u32,
    /// What is counted: 次, 份, 条.
    pub unit: Option<String>,
    pub from: Option<Date>,
    pub until: Option<Date>,
    pub season: Season,
    pub due: Option<Due>,
    pub held_by: HeldBy,
    /// Weight in scores, 1 unless the plan says otherwise.
    pub weight: f64,
    /// The post that acts for a unit (责任人); it finds the duty on its list.
    pub doer: Option<String>,
    /// For whom the act is: audience codes.
    pub audience: Vec<String>,
    /// The lightest sufficient proof first (N3); any one of them suffices.
    pub proof: Vec<Proof>,
    /// Minutes that the act costs the doer, for the burden ledger.
    pub minutes: Option<u32>,
    /// The triggering event of an event duty, and its limit in days after it.
    pub event: Option<EventTrigger>,
    /// The indicator that judges a continuous duty.
    pub indicator: Option<String>,
    pub note: Option<String>,
    /// What a draft was unsure of; empty once a person has confirmed it.
    pub unsure: Option<String>,
}

/// Whose duty: units of kinds and stages, holders of a post, or persons of an
/// audience. `post` and `audience` exclude each other.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct By {
    pub kind: Vec<UnitKind>,
    pub stage: Vec<Stage>,
    pub post: Option<String>,
    pub audience: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Per {
    Unit,
    Class,
    Person,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cadence {
    Daily,
    Weekly,
    Monthly,
    Quarterly,
    Term,
    Yearly,
    Phase,
    Once,
    Event,
    Continuous,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum YearKind {
    /// 1 January to 31 December.
    Calendar,
    /// 1 September to 31 August.
    School,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Season {
    InTerm,
    Vacation,
    #[default]
    Always,
}

/// When a period's duty is due, if not on the period's last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// `month-20`: that day of the month that the period is.
    DayOfMonth(u8),
    /// `+5d`: days after the period's end.
    DaysAfter(u16),
    /// `+3w`: workdays after the period's end.
    WorkdaysAfter(u16),
    /// A date; only for `once`.
    On(Date),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum HeldBy {
    #[default]
    Own,
    /// A record of the same activity held by a superior unit counts below it.
    Superior,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventTrigger {
    /// A code of [`catalogue::EVENTS`](super::catalogue::EVENTS), or a Chinese
    /// name of the plan's own.
    pub name: String,
    pub within_days: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Proof {
    /// A count is enough.
    Count,
    /// The roll of those present.
    Roll,
    Minutes,
    QuizResult,
    Link,
    File,
    Photo,
    Signature,
    Receipt,
}

/// A measured quantity with a bound by a date.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    pub id: String,
    pub name: String,
    pub clause: String,
    pub indicator: String,
    pub op: Op,
    /// A share is written as 0.8; a drop of half is 0.5 against `baseline`.
    pub value: f64,
    /// The day by which it must hold; the campaign's last day if absent.
    pub by: Option<Date>,
    /// The year to compare with.
    ///
    /// A target with a baseline always bounds the drop against that year:
    /// `1 - now / then`, with [`Op::Ge`].
    pub baseline: Option<i16>,
    pub note: Option<String>,
    pub unsure: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    Ge,
    Le,
    Eq,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostWanted {
    pub post: String,
    /// Only for a post that the catalogue does not have.
    pub name: Option<String>,
    pub clause: String,
    pub kind: Vec<UnitKind>,
    pub stage: Vec<Stage>,
    pub least: u32,
    pub duty: Option<String>,
}

/// Posts that act together; one vacancy is a gap (四位一体).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamWanted {
    pub id: String,
    pub name: String,
    pub clause: String,
    pub kind: Vec<UnitKind>,
    pub posts: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Responsibility {
    /// The department or body as the plan calls it.
    pub actor: String,
    pub clause: String,
    pub tasks: Vec<String>,
    /// Duties of this plan that carry it out.
    pub duties: Vec<String>,
    pub audience: Vec<String>,
    pub key_periods: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportWanted {
    pub id: String,
    pub name: String,
    pub clause: String,
    pub by: By,
    pub to: String,
    pub cadence: Cadence,
    pub due: Option<Due>,
    /// The duty that handing it in fulfils.
    pub duty: Option<String>,
    pub fields: Vec<ReportField>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportField {
    pub id: String,
    pub name: String,
    /// What fills it: `activities`, `clues-month`, `clues-total`, `text` …
    pub source: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Honour {
    pub id: String,
    /// 无诈学校, 无诈班级 …
    pub name: String,
    pub clause: String,
    pub kind: Vec<UnitKind>,
    pub cadence: Option<Cadence>,
    pub criteria: Vec<Criterion>,
    pub revoked_by: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Criterion {
    pub text: String,
    /// A duty or indicator id that answers it; none if a person must judge.
    pub fact: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ScoreRule {
    pub id: String,
    pub clause: String,
    pub name: String,
    pub effect: ScoreEffect,
    /// What it looks at: a duty, a target, an event such as `case`.
    pub on: Vec<String>,
    pub cap: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ScoreEffect {
    Points(f64),
    Deduct(f64),
    Bonus(f64),
    /// 一票否决.
    Veto,
    /// The plan says 通报, 约谈, 问责 without a number.
    Consequence(Measure),
}

/// What follows without a number in the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Measure {
    Assessed,
    Deduction,
    Circular,
    Admonition,
    Accountability,
    Discipline,
    Commendation,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPeriodRule {
    pub id: String,
    pub name: String,
    pub clause: String,
    pub duties: Vec<String>,
    pub note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudienceDef {
    pub id: String,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndicatorDef {
    pub id: String,
    pub name: String,
    pub measured: Measured,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Measured {
    /// A share between 0 and 1.
    Ratio,
    /// A number of cases, yuan, units …
    Count,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum UnitKind {
    Bureau,
    Department,
    Institution,
    School,
    Faculty,
    Grade,
    Class,
    Group,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    Kindergarten,
    Primary,
    Middle,
    High,
    Vocational,
    University,
    Training,
}

/// Gives an enum its word in files and its Chinese term on pages.
macro_rules! words {
    ($type:ident { $($variant:ident $code:literal $chinese:literal,)+ }) => {
        impl $type {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];
            /// The word in plan files, CSV and JSON.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }
            /// The term on pages and in documents.
            pub const fn chinese(self) -> &'static str {
                match self { $(Self::$variant => $chinese,)+ }
            }
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

words!(Per { Unit "unit" "每单位", Class "class" "每班", Person "person" "每人", });
words!(Cadence {
    Daily "daily" "每日",
    Weekly "weekly" "每周",
    Monthly "monthly" "每月",
    Quarterly "quarterly" "每季度",
    Term "term" "每学期",
    Yearly "yearly" "每年",
    Phase "phase" "每阶段",
    Once "once" "一次性",
    Event "event" "按事件",
    Continuous "continuous" "常态化",
});
words!(YearKind { Calendar "calendar" "自然年", School "school" "学年", });
words!(Season { InTerm "in-term" "学期内", Vacation "vacation" "假期", Always "always" "全年", });
words!(HeldBy { Own "own" "本单位", Superior "superior" "上级统一组织亦可", });
words!(Proof {
    Count "count" "数量",
    Roll "roll" "点名",
    Minutes "minutes" "纪要",
    QuizResult "quiz" "测试结果",
    Link "link" "链接",
    File "file" "文件",
    Photo "photo" "照片",
    Signature "signature" "签字",
    Receipt "receipt" "回执",
});
words!(Measure {
    Assessed "assessed" "纳入年度考核",
    Deduction "deduction" "考核扣分",
    Circular "circular" "通报批评",
    Admonition "admonition" "约谈负责人",
    Accountability "accountability" "追责问责",
    Discipline "discipline" "批评教育或纪律处分",
    Commendation "commendation" "通报表扬",
});
words!(Measured { Ratio "ratio" "比率", Count "count" "数量", });
words!(Op { Ge ">=" "不低于", Le "<=" "不高于", Eq "=" "等于", });
words!(UnitKind {
    Bureau "bureau" "主管部门",
    Department "department" "科室",
    Institution "institution" "事业单位",
    School "school" "学校",
    Faculty "faculty" "二级学院",
    Grade "grade" "年级",
    Class "class" "班级",
    Group "group" "小组",
});
words!(Stage {
    Kindergarten "kindergarten" "幼儿园",
    Primary "primary" "小学",
    Middle "middle" "初中",
    High "high" "高中",
    Vocational "vocational" "中职",
    University "university" "高校",
    Training "training" "培训机构",
});
