//! The tree of units in memory: names, scope and breadcrumbs without a query.

use std::collections::HashMap;

use campaign::access::{Action, Actor, Permit, Refused, permit};
use campaign::plan::UnitKind;
use storage::organisation::Unit;

/// A unit with its place in the tree.
#[derive(Debug, Clone)]
pub struct Node {
    pub unit: Unit,
    pub parent: Option<usize>,
    pub children: Vec<usize>,
}

/// All units of the tenant.
#[derive(Debug, Default)]
pub struct Tree {
    nodes: Vec<Node>,
    by_id: HashMap<String, usize>,
    root: Option<usize>,
}

impl Tree {
    pub fn new(mut units: Vec<Unit>) -> Self {
        units.sort_by(|a, b| (a.position, &a.id).cmp(&(b.position, &b.id)));
        let by_id: HashMap<String, usize> =
            units.iter().enumerate().map(|(index, unit)| (unit.id.clone(), index)).collect();
        let mut nodes: Vec<Node> = units
            .into_iter()
            .map(|unit| Node {
                parent: unit.parent.as_ref().and_then(|id| by_id.get(id).copied()),
                children: Vec::new(),
                unit,
            })
            .collect();
        let mut root = None;
        for index in 0..nodes.len() {
            match nodes.get(index).and_then(|node| node.parent) {
                Some(parent) => {
                    if let Some(node) = nodes.get_mut(parent) {
                        node.children.push(index);
                    }
                }
                None => root = root.or(Some(index)),
            }
        }
        Self { nodes, by_id, root }
    }

    /// None before the first run.
    pub fn root(&self) -> Option<&Node> {
        self.root.and_then(|index| self.nodes.get(index))
    }

    pub fn get(&self, id: &str) -> Option<&Node> {
        self.by_id.get(id).and_then(|&index| self.nodes.get(index))
    }

    pub fn name(&self, id: &str) -> &str {
        self.get(id).map_or("（已撤销单位）", |node| node.unit.name.as_str())
    }

    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// All nodes, brothers and sisters in their order.
    pub fn iter(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter()
    }

    /// The units directly below, in their order, without the closed ones.
    pub fn children<'a>(&'a self, id: &str) -> impl Iterator<Item = &'a Node> + 'a {
        self.get(id)
            .into_iter()
            .flat_map(|node| node.children.iter())
            .filter_map(|&index| self.nodes.get(index))
            .filter(|node| node.unit.closed_on.is_none())
    }

    /// A unit and those directly below it, to choose from: ids with names.
    pub(crate) fn choice<'a>(
        &'a self,
        unit: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a str)> + 'a {
        /// A longer list is no choice any more.
        const CHOICE_MAX: usize = 400;
        std::iter::once(unit)
            .chain(self.children(unit).map(|node| node.unit.id.as_str()))
            .take(CHOICE_MAX)
            .map(|id| (id, self.name(id)))
    }

    /// The unit itself and all above it, nearest first.
    pub fn above(&self, id: &str) -> Vec<&str> {
        let mut line = Vec::new();
        let mut next = self.get(id);
        while let Some(node) = next {
            line.push(node.unit.id.as_str());
            next = node.parent.and_then(|index| self.nodes.get(index));
        }
        line
    }

    /// The unit and everything below it, parents first.
    pub fn below<'a>(&'a self, id: &str) -> Vec<&'a Node> {
        let mut found = Vec::new();
        let mut open: Vec<usize> = self.by_id.get(id).copied().into_iter().collect();
        while let Some(index) = open.pop() {
            if let Some(node) = self.nodes.get(index) {
                found.push(node);
                open.extend(node.children.iter().rev());
            }
        }
        found
    }

    /// Whether `unit` is `top` or stands below it.
    pub fn within(&self, unit: &str, top: &str) -> bool {
        self.above(unit).contains(&top)
    }

    /// The school or college that a unit belongs to, itself included.
    pub fn school_of(&self, id: &str) -> Option<&Node> {
        self.above(id)
            .into_iter()
            .filter_map(|id| self.get(id))
            .find(|node| node.unit.kind == UnitKind::School)
    }

    /// The unit's own stage, or that of the nearest unit above that has one.
    pub fn stage_of(&self, id: &str) -> Option<campaign::plan::Stage> {
        self.above(id).into_iter().find_map(|id| self.get(id)?.unit.stage)
    }

    /// “XX小学 三年级1班”: the name with the school's before it, where it has one.
    pub fn full_name(&self, id: &str) -> String {
        match self.school_of(id) {
            Some(school) if school.unit.id != id => {
                format!("{} {}", school.unit.name, self.name(id))
            }
            _ => self.name(id).to_owned(),
        }
    }

    /// Asks `campaign::access` for a unit of this tree.
    pub fn permit(&self, actor: &Actor, action: Action, unit: &str) -> Result<Permit, Refused> {
        permit(actor, action, unit, &self.above(unit))
    }

    /// Where the actor starts: the unit asked for, else the topmost of their
    /// own scopes for `action`.
    pub fn scope<'a>(
        &'a self,
        actor: &Actor,
        action: Action,
        asked: Option<&str>,
    ) -> Result<&'a Node, Refused> {
        let id = match asked.filter(|id| !id.is_empty()) {
            Some(id) => id,
            None => actor
                .scopes(action)
                .min_by_key(|id| self.above(id).len())
                .ok_or(Refused { action })?,
        };
        self.permit(actor, action, id)?;
        self.get(id).ok_or(Refused { action })
    }
}
