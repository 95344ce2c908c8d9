//! The rules. The six `always-…` and ten `every-…` are the schools' sayings
//! made executable; their words for people are in `content/rules.toml`.

use super::{Reach, Rule};
use crate::lexicon::{Concept as C, any};

/// Something that takes money.
const MONEY: &[C] = &[C::Transfer, C::Pay, C::Advance, C::FeeTrick, C::Deposit];
/// Something that is asked to be handed over.
const HAND_OVER: &[C] = &[C::Tell, C::Enter];
/// Ways to leave where one is protected.
const LEAVE: &[C] = &[C::Contact, C::Install, C::Scan, C::Meeting];
const NONE: u128 = 0;
/// Who asks for money in peace, or asks to be called back, is no swindler yet.
const CALM: u128 = C::NoHurry.bit() | C::SafeAct.bit();

macro_rules! rule {
    ($id:literal, $says:literal, $reach:expr, $strength:literal, unless $unless:expr, $($part:expr),+ $(,)?) => {
        Rule { id: $id, says: $says, parts: &[$(any($part)),+], reach: $reach, unless: $unless, strength: $strength }
    };
    ($id:literal, $says:literal, $reach:expr, $strength:literal, $($part:expr),+ $(,)?) => {
        rule!($id, $says, $reach, $strength, unless NONE, $($part),+)
    };
}

use Reach::{Message, Near};

/// All rules, in the order of the model file.
pub static RULES: &[Rule] = &[
    // 六个一律
    rule!(
        "always-bank-card",
        "陌生人谈银行卡，要您报卡号、密码或填卡的信息",
        Near(24),
        1.6,
        &[C::Secret],
        HAND_OVER
    ),
    rule!(
        "always-prize",
        "说您中了奖，又要您先付钱或填资料",
        Message,
        1.6,
        &[C::Prize],
        &[C::Pay, C::FeeTrick, C::Transfer, C::Secret, C::Url]
    ),
    rule!(
        "always-relayed-police",
        "电话或消息把您转给“公检法”，说您涉案",
        Message,
        1.6,
        &[C::RolePolice, C::RoleGov, C::RoleRegulator],
        &[C::Accuse],
        &[C::Contact, C::Screen, C::Isolate, C::Transfer, C::Secrecy, C::Urgent, C::Deadline]
    ),
    rule!(
        "always-message-link",
        "短信说有异常、失效或有好处，让您点链接",
        Message,
        1.4,
        &[C::Expire, C::Threat, C::Prize, C::Refund, C::Deadline],
        &[C::Link, C::Enter],
        &[C::Url]
    ),
    rule!(
        "always-stranger-link",
        "让您点来历不明的链接并填写信息",
        Near(30),
        1.4,
        unless CALM, &[C::Link, C::Url, C::Scan],
        &[C::Secret, C::Code]
    ),
    rule!(
        "always-safe-account",
        "提到“安全账户”“核查账户”，正规机关没有这种账户",
        Message,
        2.4,
        &[C::SafeAccount]
    ),
    // 十个凡是
    rule!(
        "every-task",
        "刷单、点赞、做任务给佣金，尤其要先垫付",
        Message,
        2.0,
        &[C::Task],
        &[C::Income, C::Advance, C::Withdraw, C::Contact]
    ),
    rule!(
        "every-sure-gain",
        "投资理财承诺稳赚、保本或高收益",
        Message,
        2.0,
        &[C::Invest, C::Guru],
        &[C::SureGain]
    ),
    rule!(
        "every-loan-fee",
        "贷款放款之前先收费、验资、刷流水或要验证码",
        Message,
        2.0,
        &[C::Loan],
        &[C::FeeTrick, C::Withdraw, C::Advance, C::Transfer]
    ),
    rule!(
        "every-lover-invests",
        "网上认识的人带您投资、下注或下载软件",
        Message,
        1.6,
        &[C::Love],
        &[C::Invest, C::Install, C::SureGain]
    ),
    rule!(
        "every-refund-code",
        "客服说要退款理赔，却要下载软件、共享屏幕、验证码或卡号",
        Message,
        2.0,
        unless CALM, &[C::Refund, C::Cancel],
        &[C::Screen, C::Meeting, C::Install, C::Code, C::Secret, C::Loan]
    ),
    rule!("every-police-transfer", "自称公检法或机关，要您转账或接受资金核查", Message, 2.0,
        unless C::NoFee.bit(), &[C::RolePolice, C::Accuse], &[C::Transfer, C::SafeAccount, C::FeeTrick, C::NamedAccount]),
    rule!(
        "every-unseen-acquaintance",
        "自称领导、老师或亲友，不见面就要钱",
        Message,
        1.4,
        unless CALM, &[C::RoleLeader, C::RoleTeacher, C::RoleKin, C::NewNumber],
        &[C::NewNumber, C::Isolate, C::Favour, C::Plight],
        &[C::Transfer, C::Advance, C::NamedAccount]
    ),
    rule!(
        "every-red-packet-rebate",
        "发红包、转账就返更多",
        Near(30),
        1.6,
        &[C::Income],
        &[C::Transfer, C::Pay, C::Scan, C::RoleStar]
    ),
    rule!(
        "every-army-buyer",
        "自称部队、军警订货，又托您代购、垫款",
        Message,
        2.2,
        &[C::RoleArmy],
        &[C::BulkOrder],
        &[C::Advance, C::Pay, C::Transfer, C::Deposit]
    ),
    rule!(
        "every-private-game-trade",
        "游戏账号、装备离开官方平台交易，或先付钱解冻",
        Message,
        1.6,
        unless CALM, &[C::Game],
        &[C::PrivateTrade, C::FeeTrick, C::Withdraw, C::Secret, C::Code]
    ),
    // 要什么
    rule!("asks-code", "要您把验证码告诉别人", Near(14), 2.2, &[C::Code], &[C::Tell]),
    rule!(
        "asks-code-entry",
        "要您在对方给的地方填验证码",
        Near(20),
        1.2,
        &[C::Code],
        &[C::Enter, C::Link, C::Url]
    ),
    rule!("asks-screen", "要您共享屏幕、听从指挥操作手机", Message, 0.4, &[C::Screen]),
    rule!(
        "screen-for-money",
        "一边共享屏幕或听指挥，一边动银行、退款或会员",
        Message,
        1.8,
        &[C::Screen, C::Meeting],
        &[C::Cancel, C::Refund, C::RoleBank, C::Secret, C::RoleRegulator, C::Withdraw]
    ),
    rule!(
        "fee-first",
        "先交一笔费用才能拿到好处",
        Message,
        1.4,
        &[C::FeeTrick, C::Deposit],
        &[C::Withdraw, C::Income, C::Prize, C::Loan, C::Elder, C::ExamCheat, C::Recover]
    ),
    rule!("pay-named-account", "要您把钱付到指定的个人账户", Near(20), 1.4,
        unless C::GenuineChannel.bit(), &[C::NamedAccount], &[C::Transfer, C::Pay, C::Advance]),
    rule!(
        "leave-platform",
        "要您离开正规平台，私下付款",
        Message,
        1.2,
        &[C::PrivateTrade],
        MONEY
    ),
    rule!(
        "deposit-then-leave",
        "先付定金，再加私人联系方式",
        Message,
        1.0,
        &[C::Deposit],
        &[C::Contact, C::Cheap, C::Scarce, C::ExamCheat]
    ),
    rule!(
        "download-unknown",
        "让您下载来历不明的软件来办事",
        Message,
        1.0,
        &[C::Install],
        &[
            C::Task,
            C::Invest,
            C::Loan,
            C::Refund,
            C::Cancel,
            C::Contact,
            C::Nude,
            C::RolePolice
        ]
    ),
    rule!(
        "withdraw-blocked",
        "钱提不出来，要再付钱才能解冻",
        Message,
        1.8,
        &[C::Withdraw],
        &[C::FeeTrick, C::Advance, C::Task, C::Pay]
    ),
    rule!("secrecy", "要您瞒着家人、老师或警察", Message, 0.5, unless CALM, &[C::Secrecy]),
    rule!(
        "secrecy-money",
        "要您保密，同时要钱或查您的钱",
        Message,
        1.8,
        unless CALM, &[C::Secrecy, C::Isolate],
        MONEY
    ),
    rule!(
        "threat-now",
        "用冻结、起诉、封号等后果催您马上照办",
        Message,
        1.0,
        &[C::Threat, C::Accuse],
        &[C::Urgent, C::Deadline],
        &[C::Link, C::Contact, C::Transfer, C::Pay, C::Enter, C::Screen]
    ),
    rule!(
        "hurry-money",
        "催您马上付钱",
        Near(30),
        0.8,
        unless CALM, &[C::Urgent, C::Deadline, C::Scarce],
        &[C::Transfer, C::Advance]
    ),
    // 谁、凭什么
    rule!(
        "credit-cancel",
        "说学生贷账户要注销、征信会受影响，让您转钱清零",
        Message,
        1.6,
        unless CALM, &[C::Credit],
        &[C::Transfer, C::Contact, C::Screen, C::SafeAccount, C::Meeting]
    ),
    rule!(
        "credit-repair",
        "收钱修复征信，征信没有修复一说",
        Message,
        1.6,
        &[C::CreditFix],
        &[C::Pay, C::FeeTrick, C::Deposit, C::Contact, C::Income]
    ),
    rule!(
        "service-cancel",
        "客服说误开了会员、保障，不取消就扣费",
        Message,
        1.2,
        &[C::Cancel],
        &[C::Threat, C::Deadline],
        &[C::Contact, C::Screen, C::RoleService, C::Link, C::Meeting]
    ),
    rule!(
        "refund-leave",
        "退款理赔要到平台之外去办",
        Message,
        1.4,
        &[C::Refund],
        LEAVE,
        &[C::RoleService, C::RoleCourier, C::Contact]
    ),
    rule!(
        "invest-leave",
        "带您投资，要您进群、下软件或充值",
        Message,
        1.0,
        &[C::Invest, C::Guru, C::SureGain],
        &[C::Contact, C::Install, C::Pay, C::Scarce]
    ),
    rule!(
        "easy-job",
        "兼职赚钱轻松，却要先联系、交费或垫付",
        Message,
        1.2,
        &[C::PartTime, C::Task],
        &[C::Income],
        &[C::Contact, C::FeeTrick, C::Advance, C::Install, C::Scan]
    ),
    rule!(
        "plight-money",
        "说出了急事，要您马上打钱",
        Message,
        1.2,
        unless CALM, &[C::Plight],
        &[C::Transfer, C::Advance, C::NamedAccount, C::FeeTrick]
    ),
    rule!(
        "new-number-money",
        "换了号码的“熟人”要钱",
        Message,
        1.8,
        unless CALM, &[C::NewNumber],
        &[C::Transfer, C::Advance, C::Pay, C::Plight]
    ),
    rule!(
        "love-money",
        "网上的恋人要借钱、付税费、付路费",
        Message,
        1.2,
        &[C::Love],
        &[C::Plight, C::Advance, C::FeeTrick],
        &[C::Transfer, C::Pay, C::Advance, C::Plight]
    ),
    rule!(
        "nude-threat",
        "用裸聊视频或通讯录威胁要钱",
        Message,
        1.8,
        &[C::Nude],
        &[C::Transfer, C::Threat, C::Install, C::Pay]
    ),
    rule!(
        "card-trade",
        "收购、租借银行卡、电话卡或账号，是违法的",
        Message,
        1.8,
        unless CALM, &[C::CardTrade],
        &[C::Income, C::Contact, C::Secret, C::Cheap]
    ),
    rule!(
        "recover-fee",
        "说能追回被骗的钱，又要先收费或登记卡号",
        Message,
        1.6,
        &[C::Recover],
        &[C::Pay, C::FeeTrick, C::Contact, C::Secret, C::Enter]
    ),
    rule!("school-fee-scan", "以老师名义收费，让转到个人或扫私人码", Message, 1.4,
        unless C::GenuineChannel.bit(), &[C::RoleTeacher], &[C::Transfer, C::Scan, C::NamedAccount, C::Advance], &[C::FeeTrick, C::Urgent, C::Deadline, C::NamedAccount, C::Tell]),
    rule!(
        "child-parent-phone",
        "让孩子拿家长手机扫码、付款、输密码",
        Message,
        1.6,
        unless CALM, &[C::Game, C::RoleStar],
        &[C::RoleKin],
        &[C::Scan, C::Secret, C::Pay, C::Code]
    ),
    rule!(
        "exam-bought",
        "收钱包过、改分、给指标",
        Message,
        1.4,
        &[C::ExamCheat, C::Goods, C::SureGain],
        &[C::ExamCheat, C::SureGain],
        MONEY
    ),
    rule!("elder-lure", "用补助、慈善款、神医哄老人交钱", Message, 1.0, &[C::Elder], MONEY),
    rule!(
        "victim-pays",
        "您所说的对方在一步步要您付钱",
        Message,
        0.8,
        &[C::MakesMe],
        &[
            C::FeeTrick,
            C::Advance,
            C::Transfer,
            C::Screen,
            C::Secrecy,
            C::Secret,
            C::SafeAccount
        ]
    ),
    rule!(
        "private-goods",
        "东西便宜，但要先付款、不走平台",
        Message,
        1.0,
        &[C::Goods, C::Cheap],
        &[C::PrivateTrade, C::Deposit]
    ),
    rule!(
        "favour-advance",
        "领导或熟人不方便出面，让您先垫钱",
        Message,
        1.4,
        unless CALM, &[C::Favour, C::Isolate],
        &[C::Advance, C::Transfer, C::NamedAccount],
        &[C::RoleLeader, C::RoleKin, C::NewNumber]
    ),
];
