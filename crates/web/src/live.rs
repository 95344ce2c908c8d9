//! What is kept in memory so that pages answer at once: the tree of units, and
//! for each campaign the standings. Loaded at the start, then carried forward
//! by following the order of changes (`audit.seq`).

mod tree;

use std::sync::{Arc, PoisonError, RwLock};

use storage::{Store, organisation};

use crate::WebError;
pub use tree::{Node, Tree};

/// The live state of one tenant.
pub struct Live {
    tree: RwLock<Arc<Tree>>,
}

impl Live {
    pub async fn load(store: &Store, _now: i64) -> Result<Self, WebError> {
        let tree = load_tree(store).await?;
        Ok(Self { tree: RwLock::new(Arc::new(tree)) })
    }

    /// The tree as it stands; a page keeps the one it took.
    pub fn tree(&self) -> Arc<Tree> {
        Arc::clone(&self.tree.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the tree again; called after every change to units.
    pub async fn reload_tree(&self, store: &Store) -> Result<(), WebError> {
        let tree = Arc::new(load_tree(store).await?);
        *self.tree.write().unwrap_or_else(PoisonError::into_inner) = tree;
        Ok(())
    }
}

async fn load_tree(store: &Store) -> Result<Tree, WebError> {
    let mut conn = store.read().await?;
    Ok(Tree::new(organisation::units(&mut conn).await?))
}
