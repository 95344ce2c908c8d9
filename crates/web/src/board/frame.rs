//! Which campaign, which unit, which day: what every page of the board asks.

use std::sync::Arc;

use campaign::access::{Action, Refused};
use campaign::day::Day;
use campaign::plan::Plan;
use jiff::civil::Date;
use serde::Deserialize;

use crate::live::{Running, Sight, Tree};
use crate::paging::At;
use crate::session::SignedIn;
use crate::{App, WebError, path, plans, text};

#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    pub(super) campaign: String,
    #[serde(default)]
    pub(super) unit: String,
    #[serde(default)]
    pub(super) date: String,
    #[serde(default)]
    pub(super) duty: String,
    #[serde(default)]
    pub(super) target: String,
    /// Which units are ranked: `school.primary`.
    #[serde(default)]
    pub(super) likes: String,
    #[serde(default)]
    pub(super) order: String,
    #[serde(default)]
    pub(super) q: String,
    #[serde(flatten)]
    pub(super) at: At,
    /// First day of a period.
    #[serde(default)]
    pub(super) period: String,
    #[serde(default)]
    pub(super) state: String,
}

/// What is looked at.
pub(super) struct Frame<'a> {
    pub(super) who: &'a SignedIn,
    pub(super) tree: Arc<Tree>,
    pub(super) sight: Sight,
    pub(super) others: Vec<Arc<Running>>,
    pub(super) unit: String,
    pub(super) day: Day,
    pub(super) today: Day,
    /// As a reader sees it on that day.
    pub(super) plan: Plan,
    pub(super) asked: Asked,
}

impl<'a> Frame<'a> {
    /// None if no campaign binds what the reader may look at.
    pub(super) async fn open(
        app: &App,
        who: &'a SignedIn,
        asked: Asked,
    ) -> Result<Option<Self>, WebError> {
        let tree = app.live.tree();
        let unit = tree.scope(&who.actor, Action::Read, Some(&asked.unit))?.unit.id.clone();
        let Some((campaign, unit)) = choose(app, who, &tree, &asked, unit)? else {
            return Ok(None);
        };
        let today = Day::from(app.clock.today());
        let day = match asked.date.trim() {
            "" => today,
            value => Day::from(bounded(text::parse_date(value, "日期")?)?),
        };
        let sight = app.live.sight(&campaign, day).await?;
        let plan = plans::effective(app, &campaign, campaign.version_on(day));
        let others = app.live.binding(&unit);
        Ok(Some(Self { who, tree, sight, others, unit, day, today, plan, asked }))
    }

    pub(super) fn campaign(&self) -> &Running {
        &self.sight.campaign
    }

    pub(super) fn unit_name(&self) -> &str {
        self.tree.name(&self.unit)
    }

    /// What narrows an export of it, in words.
    pub(super) fn words(&self) -> String {
        let (unit, campaign) = (self.unit_name(), &self.campaign().campaign.name);
        format!("{unit}，{campaign}，{} 的情况", self.day)
    }

    pub(super) fn may(&self, action: Action) -> bool {
        self.tree.permit(&self.who.actor, action, &self.unit).is_ok()
    }

    /// The date for links: none for today, so that a bookmark stays on today.
    pub(super) fn date(&self) -> String {
        if self.day == self.today { String::new() } else { self.day.to_string() }
    }

    /// A link to the board of another unit on the same day.
    pub(super) fn to_unit(&self, unit: &str) -> String {
        let pairs =
            [("campaign", self.campaign().id()), ("unit", unit), ("date", &self.date())];
        path::with_query(path::BOARD, &pairs)
    }

    /// A link to a duty of this unit.
    pub(super) fn to_duty(&self, duty: &str) -> String {
        self.to(&format!("{}/duty", path::BOARD), &[("duty", duty)])
    }

    /// A link within this frame.
    pub(super) fn to(&self, base: &str, more: &[(&str, &str)]) -> String {
        let date = self.date();
        let mut pairs = vec![
            ("campaign", self.campaign().id()),
            ("unit", self.unit.as_str()),
            ("date", date.as_str()),
        ];
        pairs.extend_from_slice(more);
        path::with_query(base, &pairs)
    }
}

/// Dates that campaigns can have anything to do with.
fn bounded(date: Date) -> Result<Date, WebError> {
    if (2000..=2100).contains(&date.year()) {
        Ok(date)
    } else {
        Err(WebError::invalid(format!("“日期”应在 2000 年至 2100 年之间，现为 {date}。")))
    }
}

fn choose(
    app: &App,
    who: &SignedIn,
    tree: &Tree,
    asked: &Asked,
    unit: String,
) -> Result<Option<(Arc<Running>, String)>, WebError> {
    if asked.campaign.is_empty() {
        let first = app.live.binding(&unit).into_iter().next();
        let below = || {
            let all = app.live.campaigns();
            all.iter().find(|it| tree.within(&it.campaign.unit, &unit)).cloned()
        };
        return Ok(match first {
            Some(campaign) => Some((campaign, unit)),
            None => below().map(|campaign| {
                let unit = campaign.campaign.unit.clone();
                (campaign, unit)
            }),
        });
    }
    let campaign = app.live.campaign(&asked.campaign).ok_or(WebError::NotFound)?;
    if !plans::may_see(tree, &who.actor, &campaign) {
        return Err(Refused { action: Action::Read }.into());
    }
    let top = campaign.campaign.unit.clone();
    // A campaign of a unit further down is looked at there.
    let unit = if tree.within(&top, &unit) && asked.unit.is_empty() { top } else { unit };
    if !tree.within(&unit, &campaign.campaign.unit) {
        let unit = campaign.campaign.unit.clone();
        tree.permit(&who.actor, Action::Read, &unit)?;
        return Ok(Some((campaign, unit)));
    }
    Ok(Some((campaign, unit)))
}
