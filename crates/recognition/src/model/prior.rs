//! What is believed before any data: acts that speak for a scam, signs that
//! speak against it. Training starts here and is held near it, so that voices
//! which it never heard are still judged by what they ask for.

use super::N_TYPES;
use super::features::{self, N_DENSE};
use crate::fraud_type::FraudType as Kind;
use crate::lexicon::Concept;
use crate::reading::Scope;
use crate::rules::RULES;

/// Without anything said, a message is hardly a scam.
const BIAS: f32 = -2.2;

/// Acts said to the reader, and what each speaks for.
const SAID: &[(Concept, f32)] = &[
    (Concept::SafeAccount, 1.6),
    (Concept::Advance, 0.7),
    (Concept::NamedAccount, 0.7),
    (Concept::FeeTrick, 0.3),
    (Concept::Code, 0.3),
    (Concept::Secret, 0.3),
    (Concept::Screen, 0.6),
    (Concept::Secrecy, 0.7),
    (Concept::Isolate, 0.4),
    (Concept::Accuse, 1.0),
    (Concept::Task, 0.8),
    (Concept::Income, 0.5),
    (Concept::Withdraw, 0.4),
    (Concept::SureGain, 0.9),
    (Concept::Guru, 0.5),
    (Concept::Invest, 0.3),
    (Concept::CreditFix, 0.8),
    (Concept::Credit, 0.2),
    (Concept::PrivateTrade, 0.9),
    (Concept::Nude, 0.7),
    (Concept::CardTrade, 1.2),
    (Concept::Recover, 1.0),
    (Concept::ExamCheat, 0.8),
    (Concept::NewNumber, 0.5),
    (Concept::Transfer, 0.5),
    (Concept::Contact, 0.3),
    (Concept::Install, 0.3),
    (Concept::Url, 0.3),
    (Concept::Threat, 0.3),
    (Concept::Elder, 0.3),
    (Concept::GenuineChannel, -1.0),
    (Concept::OfficialUrl, -1.0),
    (Concept::NoFee, -1.0),
    (Concept::Guard, -1.0),
    (Concept::BackSameWay, -1.2),
    (Concept::Warn, -0.6),
    (Concept::Narr, -0.5),
    (Concept::Past, -0.3),
    (Concept::SafeAct, -1.0),
    (Concept::NoHurry, -0.6),
];

/// One, two, more tellings about scams.
const REPORTS: [f32; 3] = [-0.3, -1.0, -1.8];

/// The weights before any data.
pub(super) fn weights() -> Vec<f32> {
    let mut weights = vec![0.0; N_DENSE];
    let mut set = |feature: usize, value: f32| {
        if let Some(weight) = weights.get_mut(feature) {
            *weight = value;
        }
    };
    set(0, BIAS);
    for (i, rule) in RULES.iter().enumerate() {
        set(features::rule_feature(i), rule.prior);
    }
    for &(concept, weight) in SAID {
        set(features::concept_feature(concept, Scope::Plain), weight);
    }
    for (i, weight) in REPORTS.into_iter().enumerate() {
        set(features::report_feature(i), weight);
    }
    set(features::given_code_feature(), -1.5);
    weights
}

/// Which type a concept said to the reader speaks for.
const KINDS: &[(Concept, Kind, f32)] = &[
    (Concept::Task, Kind::TaskRebate, 2.0),
    (Concept::PartTime, Kind::TaskRebate, 1.0),
    (Concept::Income, Kind::TaskRebate, 0.8),
    (Concept::Invest, Kind::Investment, 1.5),
    (Concept::SureGain, Kind::Investment, 1.2),
    (Concept::Guru, Kind::Investment, 1.2),
    (Concept::Loan, Kind::Loan, 1.5),
    (Concept::Refund, Kind::CustomerService, 1.3),
    (Concept::Cancel, Kind::CustomerService, 1.2),
    (Concept::RoleCourier, Kind::CustomerService, 0.8),
    (Concept::Screen, Kind::CustomerService, 0.4),
    (Concept::RolePolice, Kind::Authority, 1.3),
    (Concept::RoleGov, Kind::Authority, 1.2),
    (Concept::Accuse, Kind::Authority, 1.5),
    (Concept::SafeAccount, Kind::Authority, 0.6),
    (Concept::Secrecy, Kind::Authority, 0.6),
    (Concept::Credit, Kind::CreditRecord, 1.6),
    (Concept::CreditFix, Kind::CreditRecord, 2.0),
    (Concept::RoleRegulator, Kind::CreditRecord, 0.6),
    (Concept::Goods, Kind::Shopping, 0.9),
    (Concept::PrivateTrade, Kind::Shopping, 0.6),
    (Concept::Deposit, Kind::Shopping, 0.8),
    (Concept::Cheap, Kind::Shopping, 0.8),
    (Concept::ExamCheat, Kind::Shopping, 0.3),
    (Concept::RoleLeader, Kind::Acquaintance, 0.9),
    (Concept::RoleTeacher, Kind::Acquaintance, 0.9),
    (Concept::RoleKin, Kind::Acquaintance, 0.6),
    (Concept::NewNumber, Kind::Acquaintance, 1.4),
    (Concept::Favour, Kind::Acquaintance, 0.9),
    (Concept::Isolate, Kind::Acquaintance, 0.4),
    (Concept::Game, Kind::Game, 1.6),
    (Concept::Love, Kind::Romance, 1.3),
    (Concept::Nude, Kind::Romance, 1.6),
    (Concept::RoleArmy, Kind::MilitaryOrder, 1.5),
    (Concept::BulkOrder, Kind::MilitaryOrder, 0.6),
    (Concept::Prize, Kind::Other, 0.8),
    (Concept::CardTrade, Kind::Other, 2.0),
    (Concept::Recover, Kind::Other, 1.8),
    (Concept::Expire, Kind::Other, 0.5),
    (Concept::RoleBank, Kind::Other, 0.4),
    (Concept::Elder, Kind::Other, 0.7),
    (Concept::Url, Kind::Other, 0.4),
];

/// The weights for types before any data.
pub(super) fn kind_weights() -> Vec<[f32; N_TYPES]> {
    let mut weights = vec![[0.0; N_TYPES]; N_DENSE];
    for &(concept, kind, value) in KINDS {
        // A reported or retold act is of the same type.
        for scope in [Scope::Plain, Scope::Reported] {
            let row = weights.get_mut(features::concept_feature(concept, scope));
            if let Some(weight) = row.and_then(|row| row.get_mut(kind.index())) {
                *weight = value;
            }
        }
    }
    weights
}
