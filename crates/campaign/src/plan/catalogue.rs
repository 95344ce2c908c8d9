//! The codes that plans are written in, with their Chinese names: posts,
//! audiences, indicators, activities, events, key periods, report sources.
//! Pages take their select lists from here.

use super::model::{Measured, Plan, Stage, UnitKind};

/// A post (岗位) and the kinds of unit that can have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PostEntry {
    pub id: &'static str,
    pub name: &'static str,
    pub kinds: &'static [UnitKind],
}

/// An audience (对象). Only audiences of persons can owe duties.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AudienceEntry {
    pub id: &'static str,
    pub name: &'static str,
    pub persons: bool,
    /// The stages at which such people are found; empty means all.
    pub stages: &'static [Stage],
}

/// An indicator (指标) and how it is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndicatorEntry {
    pub id: &'static str,
    pub name: &'static str,
    pub measured: Measured,
}

/// A code with a name and nothing else to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    pub id: &'static str,
    pub name: &'static str,
}

use UnitKind::{Bureau, Class, Department, Faculty, Grade, Group, Institution, School};

const BODIES: &[UnitKind] = &[Bureau, Institution, School, Faculty];
const OFFICES: &[UnitKind] = &[Bureau, Department, Institution, School, Faculty];
const SCHOOLS: &[UnitKind] = &[School, Faculty];

macro_rules! posts {
    ($($id:literal $name:literal $kinds:expr,)+) => {
        pub const POSTS: &[PostEntry] =
            &[$(PostEntry { id: $id, name: $name, kinds: $kinds },)+];
    };
}

posts! {
    "leading-head" "领导小组组长" BODIES,
    "leading-deputy" "领导小组副组长" BODIES,
    "leading-member" "领导小组成员" OFFICES,
    "office-head" "领导小组办公室主任" BODIES,
    "office-deputy" "领导小组办公室副主任" BODIES,
    "task-force" "工作专班成员" OFFICES,
    "unit-head" "单位主要负责人" OFFICES,
    "liaison" "反诈联络员" &[Bureau, Department, Institution, School, Faculty, Grade, Class],
    "report-liaison" "情况报送联络员" OFFICES,
    "inspector" "督查组成员" BODIES,
    "grid-chief" "网格长" SCHOOLS,
    "security-officer" "安全保卫干部" SCHOOLS,
    "community-police" "社区民警" SCHOOLS,
    "volunteer" "反诈志愿者" &[Bureau, Institution, School, Faculty, Grade, Class],
    "legal-vice-principal" "法治副校长" SCHOOLS,
    "moral-education-head" "德育主任" SCHOOLS,
    "brigade-counsellor" "大队辅导员" SCHOOLS,
    "youth-league-secretary" "团委书记" &[Bureau, School, Faculty],
    "grade-leader" "年级组长" &[School, Faculty, Grade],
    "class-teacher" "班主任" &[Class],
    "counsellor" "辅导员" &[Faculty, Grade, Class],
    "class-monitor" "班长" &[Class],
    "class-safety-member" "班级安全委员" &[Class],
    "group-leader" "小组长" &[Group],
    "parents-committee" "家委会成员" &[School, Grade, Class],
    "student-work-office-head" "学工办主任" &[Faculty],
    "section-office" "办公室负责人" OFFICES,
    "section-publicity" "宣传部门负责人" OFFICES,
    "section-finance" "财务部门负责人" OFFICES,
    "section-personnel" "组织人事部门负责人" OFFICES,
    "section-education" "教育教学部门负责人" OFFICES,
    "section-safety" "安全保卫部门负责人" OFFICES,
    "section-supervision" "督导部门负责人" OFFICES,
    "section-league" "团妇工组织负责人" OFFICES,
    "section-it" "网络信息部门负责人" OFFICES,
    "section-student-affairs" "学生工作部门负责人" OFFICES,
    "section-admissions" "招生部门负责人" OFFICES,
    "section-retired" "离退休工作部门负责人" OFFICES,
}

macro_rules! audiences {
    ($($id:literal $name:literal $persons:literal $stages:expr,)+) => {
        pub const AUDIENCES: &[AudienceEntry] =
            &[$(AudienceEntry { id: $id, name: $name, persons: $persons, stages: $stages },)+];
    };
}

audiences! {
    "student" "学生" true &[],
    "freshman" "新生" true &[],
    "enrolled-student" "在校学生" true &[],
    "vocational-student" "职校学生" true &[Stage::Vocational, Stage::University],
    "child" "在园幼儿" true &[Stage::Kindergarten],
    "card-risk-student" "易涉两卡学生" true &[],
    "susceptible" "易受骗人群" true &[],
    "victim" "受骗师生" true &[],
    "staff" "教职员工" true &[],
    "new-staff" "新入职教职工" true &[],
    "retired-staff" "离退休教职工" true &[],
    "finance-staff" "财务人员" true &[],
    "unit-leader" "单位负责人" true &[],
    "party-member" "党员" true &[],
    "league-member" "团员" true &[],
    "parent" "家长" true &[],
    "volunteer" "志愿者" true &[],
    "training-institution" "校外培训机构" false &[Stage::Training],
    "community" "社区居民" false &[],
}

macro_rules! indicators {
    ($($id:literal $name:literal $measured:ident,)+) => {
        pub const INDICATORS: &[IndicatorEntry] =
            &[$(IndicatorEntry { id: $id, name: $name, measured: Measured::$measured },)+];
    };
}

indicators! {
    "alliance-coverage" "反诈联盟网格群师生员工覆盖率" Ratio,
    "school-honour-rate" "无诈学校创建率" Ratio,
    "faculty-honour-rate" "无诈学院创建率" Ratio,
    "class-honour-rate" "无诈班级创建率" Ratio,
    "unit-honour-rate" "无诈单位达标率" Ratio,
    "cases" "电信网络诈骗发案数" Count,
    "card-cases" "师生涉两卡违法犯罪数" Count,
    "loss" "被骗金额（元）" Count,
    "awareness" "师生员工和家长知晓率" Ratio,
    "awareness-campus" "师生知晓率" Ratio,
    "awareness-parent" "家长知晓率" Ratio,
    "familiarity" "易发诈骗手法熟知率" Ratio,
    "lesson-coverage" "学生上课覆盖率" Ratio,
    "letter-coverage" "家长告知覆盖率" Ratio,
    "publicity-coverage" "宣传师生员工覆盖率" Ratio,
    "related-coverage" "关联人员覆盖率" Ratio,
    "grid-coverage" "学生网格覆盖率" Ratio,
    "app-installed" "国家反诈中心APP安装率" Ratio,
    "app-real-name" "国家反诈中心APP实名率" Ratio,
    "app-in-use" "国家反诈中心APP使用率" Ratio,
    "app-installed-freshmen" "新生国家反诈中心APP安装率" Ratio,
    "shield-registered" "金钟罩注册率" Ratio,
    "clue-outcome" "线索办结率" Ratio,
    "warning-answered" "预警劝阻落地率" Ratio,
    "commitment-signed" "承诺书签订率" Ratio,
    "quiz-pass" "知识测试合格率" Ratio,
    "plan-submitted" "方案报送率" Ratio,
    "report-timely" "月报按时率" Ratio,
    "publicity-weeks" "开展宣传的周数占比" Ratio,
    "satisfaction" "师生员工满意度" Ratio,
}

macro_rules! entries {
    ($list:ident { $($id:literal $name:literal,)+ }) => {
        pub const $list: &[Entry] = &[$(Entry { id: $id, name: $name },)+];
    };
}

// Acts that several plans ask for under one name, so that one record closes
// the duties of school, county and bureau.
entries!(ACTIVITIES {
    "class-meeting" "主题班会",
    "law-lesson" "法治教育课",
    "safety-lesson" "安全教育课",
    "video-viewing" "观看反诈视频",
    "lecture" "专家讲座",
    "preaching" "入班入舍宣讲",
    "assembly" "动员会",
    "staff-training" "教职工培训",
    "campus-training" "师生专题培训",
    "finance-training" "财务人员培训",
    "party-study" "党员学习宣传",
    "retired-visit" "退休教职工宣传",
    "special-meeting" "专题会议",
    "regular-meeting" "工作例会",
    "notice-letter" "告知书发放",
    "parent-letter" "告家长书发放",
    "appeal" "倡议书签署",
    "commitment" "承诺书或责任状签订",
    "case-alert" "案例预警推送",
    "daily-tip" "班级群每日提示",
    "group-push" "师生群信息推送",
    "weekly-article" "网站公众号文章推送",
    "sms-reminder" "短信提醒",
    "signage" "电子屏播放",
    "gate-publicity" "校门放学时段宣传",
    "poster" "海报横幅张贴",
    "activity-publicity" "活动中穿插宣传",
    "holiday-publicity" "节假日家校宣传",
    "admission-publicity" "录取通知同步宣传",
    "parents-meeting" "家长会宣讲",
    "quiz" "知识测试",
    "survey" "摸底调查",
    "app-enrolment" "反诈应用安装指导",
    "alliance-group" "反诈联盟群组建",
    "warning-check" "预警线索核查",
    "warning-visit" "见面劝阻",
    "card-check" "异常卡清理",
    "group-check" "入群人员核验",
    "risk-check" "风险排查",
    "clue-check" "线索排查",
    "clue-handover" "线索移交",
    "back-check" "发案倒查",
    "stop-payment" "紧急止付联络",
    "counselling" "受骗师生疏导",
    "case-ledger" "案件台账登记",
    "inspection" "督导检查",
    "monthly-report" "月度工作报送",
    "situation-analysis" "形势分析研判",
    "monthly-circular" "月度情况通报",
    "action-plan" "制订工作方案",
    "response-plan" "制订应对预案",
    "honour-award" "无诈系列评选",
    "good-practice" "经验做法报送",
    "law-plan" "纳入普法计划",
    "volunteer-activity" "志愿宣传活动",
    "consultation" "反诈咨询值守",
    "police-liaison" "校警联络",
    "secrecy-training" "保密教育",
    "card-training" "断卡知识培训",
    "grid-rules" "制定网格工作规范",
    "media-publicity" "媒体公益宣传",
    "opinion-watch" "网上有害信息监测",
    "teaching-publicity" "教育教学中结合反诈",
    "law-publicity" "以案说法",
    "family-publicity" "向家庭成员宣传",
    "data-protection" "个人信息保护",
    "material-report" "工作资料报送",
    "task-force-setup" "组建工作专班",
    "team-setup" "组建志愿队伍",
    "grid-setup" "组建网格小组",
    "liaison-system" "建立责任体系和联络员制度",
    "consultation-setup" "建立反诈咨询群",
    "online-publicity" "网络互动宣传",
    "cascade" "逐级传达",
    "network-support" "反诈会议直播保障",
    "victim-story" "受害者现身说法",
    "discipline" "批评教育或处分",
    "year-assessment" "年终考核",
});

entries!(EVENTS {
    "case" "发生电信网络诈骗案件",
    "transfer" "受骗师生已经转账",
    "warning" "收到公安预警",
    "clue" "发现诈骗线索",
    "new-case-pattern" "公安通报新型案例",
    "new-scam" "出现新诈骗手法",
    "card-offence" "买卖出租出借两卡",
    "formalism" "搞形式走过场或弄虚作假",
    "negligence" "责任不落实或工作不力",
    "late-report" "发现报告不及时",
    "admission" "发放录取通知书",
    "freshmen-arrival" "新生入学",
    "group-created" "组建家校工作群",
    "campus-activity" "举办校园活动",
    "fee-collection" "开展收费",
    "outstanding" "工作成绩突出",
});

entries!(KEY_PERIODS {
    "opening" "开学",
    "exam" "考试",
    "training" "培训",
    "outing" "外出实践活动",
    "fees" "收费",
    "holiday" "节假日",
    "vacation" "寒暑假",
    "freshmen" "新生入学",
    "admission" "录取通知",
    "dismissal" "放学时段",
});

entries!(REPORT_SOURCES {
    "unit" "填报单位",
    "month" "填报月份",
    "activities" "本期活动记录",
    "notes" "备注",
    "clues-month" "本月线索数",
    "clues-total" "累计线索数",
    "clue-list" "线索清单",
    "duties" "任务完成情况",
    "practices" "经验做法",
    "text" "文字填写",
    "number" "数字填写",
});

pub fn post(id: &str) -> Option<&'static PostEntry> {
    POSTS.iter().find(|entry| entry.id == id)
}

pub fn audience(id: &str) -> Option<&'static AudienceEntry> {
    AUDIENCES.iter().find(|entry| entry.id == id)
}

pub fn indicator(id: &str) -> Option<&'static IndicatorEntry> {
    INDICATORS.iter().find(|entry| entry.id == id)
}

/// The entry of one of the plain lists.
pub fn entry(list: &'static [Entry], id: &str) -> Option<&'static Entry> {
    list.iter().find(|entry| entry.id == id)
}

/// Whether units of this kind exist at this stage. A bureau serves all stages
/// and is of none; only vocational schools and universities have faculties; a
/// training institution runs no classes of its own roster.
pub const fn exists(kind: UnitKind, stage: Stage) -> bool {
    match kind {
        Bureau | Institution => false,
        Department | School => true,
        Faculty => matches!(stage, Stage::Vocational | Stage::University),
        Grade | Class | Group => !matches!(stage, Stage::Training),
    }
}

impl Plan {
    /// The Chinese name of a post, the plan's own included; the code if none.
    pub fn post_name<'a>(&'a self, id: &'a str) -> &'a str {
        let own = || self.posts.iter().find(|wanted| wanted.post == id)?.name.as_deref();
        post(id).map(|entry| entry.name).or_else(own).unwrap_or(id)
    }

    /// The Chinese name of an audience, the plan's own included.
    pub fn audience_name<'a>(&'a self, id: &'a str) -> &'a str {
        let own =
            || self.audiences.iter().find(|own| own.id == id).map(|own| own.name.as_str());
        audience(id).map(|entry| entry.name).or_else(own).unwrap_or(id)
    }

    /// The Chinese name of an indicator, the plan's own included.
    pub fn indicator_name<'a>(&'a self, id: &'a str) -> &'a str {
        let own =
            || self.indicators.iter().find(|own| own.id == id).map(|own| own.name.as_str());
        indicator(id).map(|entry| entry.name).or_else(own).unwrap_or(id)
    }

    /// How an indicator is measured, the plan's own included.
    pub fn measured(&self, id: &str) -> Option<Measured> {
        let own = || self.indicators.iter().find(|own| own.id == id).map(|own| own.measured);
        indicator(id).map(|entry| entry.measured).or_else(own)
    }

    pub fn duty(&self, id: &str) -> Option<&super::model::Duty> {
        self.duties.iter().find(|duty| duty.id == id)
    }

    pub fn target(&self, id: &str) -> Option<&super::model::Target> {
        self.targets.iter().find(|target| target.id == id)
    }
}

/// The Chinese name of an activity; the code itself if it is the plan's own.
pub fn activity_name(id: &str) -> &str {
    entry(ACTIVITIES, id).map_or(id, |entry| entry.name)
}

/// The Chinese name of an event; an event of the plan's own is named already.
pub fn event_name(id: &str) -> &str {
    entry(EVENTS, id).map_or(id, |entry| entry.name)
}

/// The Chinese name of a key period.
pub fn key_period_name(id: &str) -> &str {
    entry(KEY_PERIODS, id).map_or(id, |entry| entry.name)
}
