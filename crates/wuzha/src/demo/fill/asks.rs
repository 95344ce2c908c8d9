//! What was asked in two terms: figures for the trends, with one type on the
//! rise in the last week, and a handful of conversations of the last days.

use campaign::access::{Action, Actor, Grant, Role, permit, permit_ask, permit_house};
use campaign::consultation::{Asker, Ending, Given, Outcome, State};
use campaign::plan::Stage;
use jiff::civil::Date;
use recognition::FraudType;
use storage::consultation::{self, Asked, Consultation, Contact, New, duty};
use storage::{Store, Tx};
use web::clock::start_of;
use web::consultations::monday;

use crate::demo::chance::Chance;
use crate::demo::district::District;
use crate::demo::{TODAY, beginning};

const FIRST_WEEK: Date = Date::constant(2022, 2, 21);
const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const POLICE: &str = "a-police";
/// How often each type is asked about in a usual week of term.
const USUAL: [(FraudType, u64); 9] = [
    (FraudType::TaskRebate, 9),
    (FraudType::Game, 11),
    (FraudType::CustomerService, 8),
    (FraudType::Acquaintance, 6),
    (FraudType::Shopping, 5),
    (FraudType::Authority, 3),
    (FraudType::Loan, 3),
    (FraudType::CreditRecord, 2),
    (FraudType::Investment, 2),
];
/// In the last week, before the fees of the next term are due.
const RISING: (FraudType, u64) = (FraudType::Acquaintance, 19);

/// What somebody asks in the demo, how far it got, and what was said.
struct Talk {
    hours_ago: i64,
    asker: Asker,
    given: Given,
    text: &'static str,
    number: &'static str,
    link: &'static str,
    fate: Fate,
    said: &'static [(bool, &'static str)],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Answered,
    Waiting,
    Talking,
    Closed(Ending),
}

const TALKS: &[Talk] = &[
    Talk {
        hours_ago: 1,
        asker: Asker::Parent,
        given: Given::Nothing,
        text: "各位家长，下学期资料费每人368元，请扫码付款后接龙，今天中午12点截止，老师在开会请勿打电话。",
        number: "",
        link: "",
        fate: Fate::Waiting,
        said: &[(false, "头像是我们班主任，可是昨天没听孩子说过要收费")],
    },
    Talk {
        hours_ago: 3,
        asker: Asker::Pupil,
        given: Given::Codes,
        text: "恭喜获得免费皮肤，请用家长手机扫码登录领取，领取时把收到的验证码发给客服。",
        number: "",
        link: "http://skin-free.top/get",
        fate: Fate::Talking,
        said: &[
            (false, "我把一个验证码发过去了，怎么办"),
            (
                true,
                "先别再回他。马上把手机拿给家长，请家长打银行客服冻结，再改支付密码。现在家长在身边吗？",
            ),
            (false, "妈妈在打电话了"),
        ],
    },
    Talk {
        hours_ago: 18,
        asker: Asker::Teacher,
        given: Given::Nothing,
        text: "您好，这里是市公安局，您名下的电话卡涉嫌洗钱，请添加办案民警，配合资金核查，不要告诉任何人。",
        number: "+852 5123 4567",
        link: "",
        fate: Fate::Closed(Ending::Prevented),
        said: &[
            (false, "对方报出了我的身份证号"),
            (
                true,
                "公安机关不会在电话里办案，更没有资金核查账户。请挂断并拉黑，我们已登记这个号码。",
            ),
        ],
    },
    Talk {
        hours_ago: 23,
        asker: Asker::Parent,
        given: Given::Money,
        text: "做任务返佣金，第三单是组合单，要连续垫付三笔才能提现，客服说少一笔就全部冻结。",
        number: "",
        link: "",
        fate: Fate::Closed(Ending::Lost),
        said: &[
            (false, "已经转了两笔，一共六千"),
            (
                true,
                "不要再补任何一笔。请现在就打110说明请求紧急止付，并打付款银行客服冻结；材料按页面上的清单准备。",
            ),
            (false, "已经报警，派出所给了回执"),
        ],
    },
    Talk {
        hours_ago: 42,
        asker: Asker::Parent,
        given: Given::Nothing,
        text: "尊敬的家长，学校定于12月20日召开线上家长会，会议号由班主任在班级群公布。",
        number: "",
        link: "",
        fate: Fate::Closed(Ending::NotScam),
        said: &[
            (false, "会不会是假的"),
            (true, "已向学校核实，是真的通知，只参加会议即可，不需要付费或填银行卡。"),
        ],
    },
    Talk {
        hours_ago: 5,
        asker: Asker::Pupil,
        given: Given::Nothing,
        text: "同学你好，你的校园贷账户还没有注销，会影响征信，请按提示把额度借出来转到清零账户。",
        number: "17012345678",
        link: "",
        fate: Fate::Answered,
        said: &[],
    },
];

/// Keeps the figures and the duty roster, in the transaction that makes the
/// accounts.
pub(super) async fn keep(
    tx: &mut Tx,
    district: &District,
    chance: &mut Chance,
) -> anyhow::Result<()> {
    let (root, example) = (&district.places[0].id, example(district));
    let permit = permit_house(Action::Ask, root);
    consultation::insert_figures(tx, &permit, &figures(district, chance)).await?;
    let permit = permit_house(Action::ManageConsult, root);
    let workdays = [true, true, true, true, true, false, false];
    for (unit, account, days) in [
        (root.as_str(), "a-clerk", workdays),
        (example, "a-officer", workdays),
        (example, POLICE, [true; 7]),
    ] {
        duty::put(tx, &permit, (unit, account), days).await?;
    }
    Ok(())
}

/// The school whose people can be signed in as.
fn example(district: &District) -> &str {
    let found =
        district.schools.iter().find(|&&it| district.places[it].stage == Some(Stage::Primary));
    &district.places[found.copied().unwrap_or_default()].id
}

/// Lets the conversations run, each step at its own time.
pub(super) async fn talk(store: &Store, district: &District) -> anyhow::Result<()> {
    for (number, talk) in TALKS.iter().enumerate() {
        keep_talk(store, example(district), (number, talk)).await?;
    }
    Ok(())
}

/// The figures of every week; what was asked is long erased.
fn figures(district: &District, chance: &mut Chance) -> Vec<Consultation> {
    let last = monday(TODAY);
    let mut heads = Vec::new();
    let mut week = FIRST_WEEK;
    while week <= last {
        // Fewer in the summer, and the last week is not over.
        let is_vacation = (7..=8).contains(&week.month());
        for (kind, usual) in USUAL {
            let usual = if is_vacation { usual / 3 } else { usual };
            let usual = match week == last {
                true if kind == RISING.0 => RISING.1,
                true => usual * 4 / 5,
                false => usual,
            };
            let count = usual * 7 / 10 + chance.below(usual * 6 / 10 + 1);
            for _ in 0..count {
                heads.push(head(district, chance, week, Some(kind)));
            }
        }
        for _ in 0..4 + chance.below(6) {
            heads.push(head(district, chance, week, None));
        }
        week = week.saturating_add(jiff::Span::new().weeks(1));
    }
    heads.iter_mut().enumerate().for_each(|(at, it)| it.id = format!("q{at:06}"));
    heads
}

fn head(
    district: &District,
    chance: &mut Chance,
    week: Date,
    kind: Option<FraudType>,
) -> Consultation {
    let hours = (chance.below(4) * 24 + 8 + chance.below(14)) as i64;
    let asked_at = (start_of(week) + hours * HOUR_MS).min(beginning() - HOUR_MS);
    // A few schools ask much, most ask little.
    let schools = district.schools.len() as u64;
    let at = chance.below(schools) * chance.below(schools) / schools;
    let is_sure = chance.happens(0.85);
    Consultation {
        id: String::new(),
        unit: district.places[district.schools[at as usize]].id.clone(),
        account: None,
        asked_at,
        week_on: week.to_string(),
        asker: *chance.pick(&[Asker::Pupil, Asker::Parent, Asker::Parent, Asker::Teacher]),
        given: *chance.pick(&[
            Given::Nothing,
            Given::Nothing,
            Given::Nothing,
            Given::Codes,
            Given::Money,
        ]),
        outcome: match kind {
            None => Outcome::Nothing,
            Some(_) if is_sure => Outcome::Scam,
            Some(_) => Outcome::Suspicious,
        },
        fraud_type: kind.map(|kind| kind.id().to_owned()),
        permille: if kind.is_some() { 600 + chance.below(400) as i64 } else { 100 },
        chars: 30 + chance.below(170) as i64,
        state: State::Answered,
        erased_at: Some(asked_at),
        revision: 1,
    }
}

async fn keep_talk(
    store: &Store,
    unit: &str,
    (number, talk): (usize, &Talk),
) -> anyhow::Result<()> {
    let mut at = beginning() - talk.hours_ago * HOUR_MS;
    let mut head = asked_head(unit, (number, talk), at);
    let asked = Asked {
        text: talk.text.to_owned(),
        happened: String::new(),
        number: talk.number.to_owned(),
        link: talk.link.to_owned(),
    };
    let asker = permit_ask(None, unit);
    let police = Actor {
        account: POLICE.to_owned(),
        person: None,
        grants: vec![Grant { role: Role::Police, unit: unit.to_owned() }],
    };
    let police = permit(&police, Action::Consult, unit, &[unit])?;
    let mut tx = store.write(at).await?;
    let new = New { head: &head, code: None, asked: Some(&asked), pictures: &[] };
    consultation::insert(&mut tx, &asker, &new).await?;
    tx.commit().await?;
    if talk.fate == Fate::Answered {
        return Ok(());
    }
    at += 4 * MINUTE_MS;
    let mut tx = store.write(at).await?;
    head.state = head.state.hand_over(at)?;
    consultation::save_state(&mut tx, &asker, &head).await?;
    head.revision += 1;
    if talk.fate == Fate::Talking {
        let contact =
            Contact { name: "小林妈妈".to_owned(), phone: "13900000027".to_owned() };
        consultation::save_contact(&mut tx, &asker, &head.id, &contact).await?;
    }
    tx.commit().await?;
    let mut is_taken = false;
    for (is_staff, words) in talk.said {
        at += 5 * MINUTE_MS;
        let mut tx = store.write(at).await?;
        if *is_staff && !is_taken {
            head.state = head.state.take(POLICE, at)?;
            consultation::save_state(&mut tx, &police, &head).await?;
            head.revision += 1;
            is_taken = true;
        }
        let (permit, account) =
            if *is_staff { (&police, Some(POLICE)) } else { (&asker, None) };
        consultation::say(&mut tx, permit, &head.id, (account, words)).await?;
        tx.commit().await?;
    }
    if let Fate::Closed(ending) = talk.fate {
        at += 10 * MINUTE_MS;
        let mut tx = store.write(at).await?;
        head.state = head.state.close(POLICE, ending, at)?;
        consultation::save_state(&mut tx, &police, &head).await?;
        tx.commit().await?;
    }
    Ok(())
}

fn asked_head(unit: &str, (number, talk): (usize, &Talk), asked_at: i64) -> Consultation {
    let verdict = recognition::identify(talk.text);
    Consultation {
        id: format!("qt{number:02}"),
        unit: unit.to_owned(),
        account: None,
        asked_at,
        week_on: monday(web::clock::date_of(asked_at)).to_string(),
        asker: talk.asker,
        given: talk.given,
        outcome: match verdict.outcome {
            recognition::Outcome::Scam => Outcome::Scam,
            recognition::Outcome::Suspicious => Outcome::Suspicious,
            recognition::Outcome::NothingFound => Outcome::Nothing,
        },
        fraud_type: verdict.kind.map(|kind| kind.id().to_owned()),
        permille: (verdict.probability * 1000.0) as i64,
        chars: talk.text.chars().count() as i64,
        state: State::Answered,
        erased_at: None,
        revision: 1,
    }
}
