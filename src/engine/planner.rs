//! From schedules to broadcasts: each due schedule is one transaction.

use std::sync::Arc;

use super::set_aside::Task;
use super::{Core, EngineResult};
use crate::store::bulletins::Schedule;
use crate::usecase::fire::{self, Fired};

/// Fires what is due.
pub struct Planner {
    core: Arc<Core>,
    commune_id: String,
}

/// Schedules looked at in one tick.
const BATCH: i64 = 50;

impl Planner {
    /// A planner for a commune.
    #[must_use]
    pub const fn new(core: Arc<Core>, commune_id: String) -> Self {
        Self { core, commune_id }
    }

    /// Looks at every schedule whose time has come; gives what each led to.
    ///
    /// # Errors
    /// The database. A schedule that cannot be fired is set aside, and the others fire.
    pub async fn tick(&self) -> EngineResult<Vec<Fired>> {
        let due = {
            let mut tx = self.core.store.read().await?;
            tx.due_schedules(self.core.business_now(), BATCH).await?
        };
        let mut fired = Vec::new();
        for schedule in due {
            fired.extend(self.core.alone(Task::of("fire", &schedule.id), self.fire_one(&schedule)).await);
        }
        if !fired.is_empty() {
            self.core.wake.notify_waiters();
        }
        Ok(fired)
    }

    async fn fire_one(&self, schedule: &Schedule) -> EngineResult<Fired> {
        let act = self.core.act(&self.commune_id);
        let mut tx = self.core.store.begin().await?;
        // Read again inside the transaction: a person may have cancelled it meanwhile.
        let current = tx.schedule_of(&schedule.bulletin_id).await?;
        let Some(current) = current.filter(|current| current.id == schedule.id && current.state == schedule.state)
        else {
            return Ok(Fired::Nothing);
        };
        let fired = fire::run(&mut tx, &act, &current).await?;
        tx.commit().await?;
        tracing::info!(schedule = %schedule.id, outcome = ?fired, "schedule.looked_at");
        Ok(fired)
    }
}
