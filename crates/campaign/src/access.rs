//! Who may do what, where. Deny by default: what the table does not grant is
//! refused. [`permit`] is the only maker of a [`Permit`], and every write in
//! `storage` takes one; the audit line is written from it.

/// What an account is entrusted with in a unit and everything below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Sets up the body: units, people, accounts, plans, calendar.
    Administrator,
    /// Runs the campaign for a bureau: plans, review, reports (科室经办).
    Clerk,
    /// Sees everything of the unit that is not restricted, changes nothing.
    Leader,
    /// Inspects: reads, reviews, flags.
    Inspector,
    /// Runs the campaign in one school or college (保卫干部, 联络员).
    Officer,
    /// Leads a class: hands in for it, sees its people.
    Teacher,
    /// A member of staff who only sees and does own duties.
    Member,
    /// Community police of the grid.
    Police,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// See boards, duties, records and lists of the unit.
    Read,
    /// See people by name.
    ReadPeople,
    /// Uncover a masked personal field; each look is logged.
    Reveal,
    /// Hand in and withdraw records.
    Submit,
    /// Accept or return records handed in below.
    Review,
    /// Edit, sign and submit the unit's own reports.
    Report,
    /// Accept or return reports from below.
    ReviewReport,
    /// Exempt someone from a duty with a reason.
    Exempt,
    /// Change units, people, posts; import rosters.
    ManageOrganisation,
    /// Adopt, amend and end plans; edit the calendar.
    ManagePlans,
    /// Make accounts and grant roles.
    ManageAccounts,
    /// Read the audit chain.
    Audit,
    /// Export lists.
    Export,
    /// Read and answer what people ask about possible scams.
    Consult,
    /// Say who is on duty for consultations and how long they are kept.
    ManageConsult,
    /// Write materials of the content library.
    WriteContent,
    /// Review, publish and withdraw what somebody else wrote.
    ReviewContent,
    /// Ask whether something is a scam: anybody may.
    Ask,
    /// Own matters: password, sessions, notifications.
    Self_,
}

impl Role {
    pub const ALL: [Self; 8] = [
        Self::Administrator,
        Self::Clerk,
        Self::Leader,
        Self::Inspector,
        Self::Officer,
        Self::Teacher,
        Self::Member,
        Self::Police,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Clerk => "clerk",
            Self::Leader => "leader",
            Self::Inspector => "inspector",
            Self::Officer => "officer",
            Self::Teacher => "teacher",
            Self::Member => "member",
            Self::Police => "police",
        }
    }

    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Administrator => "管理员",
            Self::Clerk => "经办人",
            Self::Leader => "领导",
            Self::Inspector => "督导员",
            Self::Officer => "安全干部",
            Self::Teacher => "班主任",
            Self::Member => "教职工",
            Self::Police => "社区民警",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    /// The whole table. Each line is a role; what is not listed is refused.
    const fn may(self) -> &'static [Action] {
        use Action::{
            Audit, Consult, Exempt, Export, ManageAccounts, ManageConsult, ManageOrganisation,
            ManagePlans, Read, ReadPeople, Report, Reveal, Review, ReviewContent, ReviewReport,
            Submit, WriteContent,
        };
        match self {
            Self::Administrator => &[
                Read,
                ReadPeople,
                Reveal,
                Submit,
                Review,
                Report,
                ReviewReport,
                Exempt,
                ManageOrganisation,
                ManagePlans,
                ManageAccounts,
                Audit,
                Export,
                ManageConsult,
                WriteContent,
                ReviewContent,
            ],
            Self::Clerk => &[
                Read,
                ReadPeople,
                Submit,
                Review,
                Report,
                ReviewReport,
                Exempt,
                ManagePlans,
                Export,
                Consult,
                ManageConsult,
                WriteContent,
                ReviewContent,
            ],
            Self::Leader => &[Read, Export],
            Self::Inspector => &[Read, ReadPeople, Review, Audit, Export],
            Self::Officer => &[
                Read,
                ReadPeople,
                Reveal,
                Submit,
                Review,
                Report,
                Exempt,
                ManageOrganisation,
                ManagePlans,
                Export,
                Consult,
                ManageConsult,
                WriteContent,
                ReviewContent,
            ],
            Self::Teacher => &[Read, ReadPeople, Reveal, Submit, Export],
            Self::Member => &[Submit],
            Self::Police => &[Submit, Consult],
        }
    }
}

impl Action {
    pub const ALL: [Self; 19] = [
        Self::Read,
        Self::ReadPeople,
        Self::Reveal,
        Self::Submit,
        Self::Review,
        Self::Report,
        Self::ReviewReport,
        Self::Exempt,
        Self::ManageOrganisation,
        Self::ManagePlans,
        Self::ManageAccounts,
        Self::Audit,
        Self::Export,
        Self::Consult,
        Self::ManageConsult,
        Self::WriteContent,
        Self::ReviewContent,
        Self::Ask,
        Self::Self_,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::ReadPeople => "read-people",
            Self::Reveal => "reveal",
            Self::Submit => "submit",
            Self::Review => "review",
            Self::Report => "report",
            Self::ReviewReport => "review-report",
            Self::Exempt => "exempt",
            Self::ManageOrganisation => "manage-organisation",
            Self::ManagePlans => "manage-plans",
            Self::ManageAccounts => "manage-accounts",
            Self::Audit => "audit",
            Self::Export => "export",
            Self::Consult => "consult",
            Self::ManageConsult => "manage-consult",
            Self::WriteContent => "write-content",
            Self::ReviewContent => "review-content",
            Self::Ask => "ask",
            Self::Self_ => "self",
        }
    }
}

/// A role in a unit, valid now (the caller drops expired ones).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub role: Role,
    pub unit: String,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub account: String,
    pub person: Option<String>,
    pub grants: Vec<Grant>,
}

/// Proof that the actor may do this here.
// INVARIANT: made only by the `permit…` functions of this file.
#[derive(Debug, Clone)]
pub struct Permit {
    account: Option<String>,
    action: Action,
    unit: String,
}

/// The table does not grant it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not permitted: {}", .action.code())]
pub struct Refused {
    pub action: Action,
}

impl Permit {
    /// None for the house's own work (first set-up, jobs).
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }
    pub const fn action(&self) -> Action {
        self.action
    }
    pub fn unit(&self) -> &str {
        &self.unit
    }
}

/// Asks whether `actor` may do `action` for `unit`. `above` is the unit itself
/// and every unit above it: a grant reaches down its own subtree and nowhere
/// else.
pub fn permit<S: AsRef<str>>(
    actor: &Actor,
    action: Action,
    unit: &str,
    above: &[S],
) -> Result<Permit, Refused> {
    let granted = actor.grants.iter().any(|grant| {
        grant.role.may().contains(&action)
            && (grant.unit == unit || above.iter().any(|it| it.as_ref() == grant.unit))
    });
    if granted {
        Ok(Permit { account: Some(actor.account.clone()), action, unit: unit.to_owned() })
    } else {
        Err(Refused { action })
    }
}

/// Anybody signed in may look after their own matters.
pub fn permit_self(actor: &Actor) -> Permit {
    Permit {
        account: Some(actor.account.clone()),
        action: Action::Self_,
        unit: actor.grants.first().map(|grant| grant.unit.clone()).unwrap_or_default(),
    }
}

/// A holder of a duty may hand in their own: the duty is on this person, so no
/// role is needed.
pub fn permit_own_duty(actor: &Actor, person: &str, unit: &str) -> Result<Permit, Refused> {
    if actor.person.as_deref() == Some(person) {
        Ok(Permit {
            account: Some(actor.account.clone()),
            action: Action::Submit,
            unit: unit.to_owned(),
        })
    } else {
        Err(Refused { action: Action::Submit })
    }
}

/// Anybody may ask for advice, and go on with what they asked; `actor` is none
/// for somebody who is not signed in.
pub fn permit_ask(actor: Option<&Actor>, unit: &str) -> Permit {
    Permit {
        account: actor.map(|actor| actor.account.clone()),
        action: Action::Ask,
        unit: unit.to_owned(),
    }
}

/// Who stands on the duty roster of the unit or of one above it answers
/// consultations there: no role is needed. `rostered` are the actor's units on
/// the roster.
pub fn permit_on_duty<S: AsRef<str>>(
    actor: &Actor,
    rostered: &[String],
    unit: &str,
    above: &[S],
) -> Result<Permit, Refused> {
    let on_duty =
        rostered.iter().any(|it| it == unit || above.iter().any(|above| above.as_ref() == it));
    if on_duty {
        Ok(Permit {
            account: Some(actor.account.clone()),
            action: Action::Consult,
            unit: unit.to_owned(),
        })
    } else {
        permit(actor, Action::Consult, unit, above)
    }
}

/// The house acts for itself: first set-up, the demo's filling, jobs.
pub fn permit_house(action: Action, unit: &str) -> Permit {
    Permit { account: None, action, unit: unit.to_owned() }
}

impl Actor {
    /// The units in which the actor may do `action`, as granted (topmost ones).
    pub fn scopes(&self, action: Action) -> impl Iterator<Item = &str> {
        self.grants
            .iter()
            .filter(move |grant| grant.role.may().contains(&action))
            .map(|grant| grant.unit.as_str())
    }

    pub fn may_anywhere(&self, action: Action) -> bool {
        self.scopes(action).next().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;
    use std::fmt::Write as _;

    fn actor(role: Role, unit: &str) -> Actor {
        Actor {
            account: "a".to_owned(),
            person: None,
            grants: vec![Grant { role, unit: unit.to_owned() }],
        }
    }

    #[test]
    fn the_whole_table_of_permissions() {
        let mut table = String::new();
        for role in Role::ALL {
            write!(table, "{:14}", role.code()).expect("a string takes every write");
            for action in Action::ALL {
                if permit(&actor(role, "s"), action, "c", &["c", "s", "b"]).is_ok() {
                    write!(table, " {}", action.code()).expect("a string takes every write");
                }
            }
            table.push('\n');
        }
        expect![[r#"
            administrator  read read-people reveal submit review report review-report exempt manage-organisation manage-plans manage-accounts audit export manage-consult write-content review-content
            clerk          read read-people submit review report review-report exempt manage-plans export consult manage-consult write-content review-content
            leader         read export
            inspector      read read-people review audit export
            officer        read read-people reveal submit review report exempt manage-organisation manage-plans export consult manage-consult write-content review-content
            teacher        read read-people reveal submit export
            member         submit
            police         submit consult
        "#]]
        .assert_eq(&table);
    }

    #[test]
    fn a_grant_reaches_down_and_nowhere_else() {
        let officer = actor(Role::Officer, "s");
        assert!(permit(&officer, Action::Read, "c", &["c", "s", "b"]).is_ok());
        assert!(permit(&officer, Action::Read, "s", &["s", "b"]).is_ok());
        assert!(permit(&officer, Action::Read, "b", &["b"]).is_err());
        assert!(permit(&officer, Action::Read, "d", &["d", "t", "b"]).is_err());
    }

    #[test]
    fn the_roster_lets_answer_below_its_unit_and_nowhere_else() {
        let volunteer = actor(Role::Member, "s");
        let rostered = ["s".to_owned()];
        assert!(permit_on_duty(&volunteer, &rostered, "c", &["c", "s", "b"]).is_ok());
        assert!(permit_on_duty(&volunteer, &rostered, "d", &["d", "t", "b"]).is_err());
        assert!(permit_on_duty(&volunteer, &rostered, "b", &["b"]).is_err());
        assert!(permit_on_duty(&volunteer, &[], "c", &["c", "s", "b"]).is_err());
        let officer = actor(Role::Officer, "s");
        assert!(permit_on_duty(&officer, &[], "c", &["c", "s", "b"]).is_ok());
    }

    #[test]
    fn nobody_hands_in_for_another_person() {
        let mut holder = actor(Role::Police, "s");
        holder.person = Some("p1".to_owned());
        assert!(permit_own_duty(&holder, "p1", "s").is_ok());
        assert!(permit_own_duty(&holder, "p2", "s").is_err());
    }
}
