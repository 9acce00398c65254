//! The service's loops, and how a stage lets them turn.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use loa::app;
use loa::clock::{Clock as _, Monotonic as _};
use loa::domain::calendar::Millis;
use loa::engine::Core;
use loa::engine::dispatcher::{DispatchSettings, Dispatcher};
use loa::engine::inbox::Inbox;
use loa::engine::keeper::Keeper;
use loa::engine::planner::Planner;
use loa::engine::poller::Poller;
use loa::lifecycle::Lifecycle;
use loa::platform::SelfInfo;
use loa::web;

use super::Stage;
use super::ground::Ground;

/// What stops and starts again when the service does.
pub struct Service {
    pub dispatchers: Vec<Dispatcher>,
    pub planner: Planner,
    pub keeper: Keeper,
    pub inbox: Arc<Inbox>,
    pollers: Vec<Poller>,
    /// Who we are on the platforms that are asked: known from the first start when one cannot be reached.
    known: Vec<SelfInfo>,
    pages: Option<Lifecycle>,
}

/// How much time sending alone may take until the other loops turn, which in a service they do every second.
const OTHERS_LOOK_EVERY: Duration = Duration::from_secs(10);

/// Durations that no test waits for.
fn dispatch() -> DispatchSettings {
    DispatchSettings {
        lease: Duration::from_secs(30),
        text_deadline: Duration::from_secs(75),
        file_deadline: Duration::from_secs(315),
        probe_every: Duration::from_secs(30),
        // The clock stands still: a slot ahead of it would never come.
        ahead: Duration::ZERO,
        places: 64,
    }
}

/// What takes events in for this core.
pub fn inbox(core: &Arc<Core>, commune: &str) -> Arc<Inbox> {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_loa"));
    let inspect = app::inspector::with_program(program, core.entropy.clone());
    Arc::new(Inbox::new(core.clone(), commune.to_owned(), inspect))
}

/// Opens the service's own pages.
pub async fn open_pages(core: &Arc<Core>, inbox: &Arc<Inbox>, address: SocketAddr) -> Lifecycle {
    let lifecycle = Lifecycle::new(Duration::from_secs(5));
    let site = web::Site::new(core.clone(), inbox.clone()).await.unwrap();
    web::serve(site, address, &lifecycle).await.unwrap();
    lifecycle
}

impl Service {
    /// The loops, and the pages where a platform needs them. `before` is the service that was there until now.
    pub async fn start(
        core: &Arc<Core>,
        commune: &str,
        grounds: &[Ground],
        address: SocketAddr,
        before: Option<&Self>,
    ) -> Self {
        let inbox = inbox(core, commune);
        let mut pages = None;
        if !super::pages_of(grounds, address).is_empty() {
            pages = Some(open_pages(core, &inbox, address).await);
        }
        for oa in grounds.iter().filter_map(Ground::as_oa) {
            oa.set_webhook(&web::hook_address(&format!("http://{address}"), "zalo_oa")).await.unwrap();
        }
        let asked: Vec<&Ground> = grounds.iter().filter(|ground| ground.as_oa().is_none()).collect();
        let known: Vec<SelfInfo> = match before {
            Some(before) => before.known.clone(),
            None => asked.iter().map(|ground| core.myself(ground.gateway).unwrap()).collect(),
        };
        let poller = |(ground, me): (&&Ground, &SelfInfo)| {
            Poller::new(core.clone(), core.gateways[ground.gateway].clone(), me.clone())
        };
        let dispatcher = |ground: &Ground| {
            Dispatcher::new(core.clone(), core.gateways[ground.gateway].clone(), commune.to_owned(), dispatch())
        };
        Self {
            dispatchers: grounds.iter().map(dispatcher).collect(),
            planner: Planner::new(core.clone(), commune.to_owned()),
            keeper: Keeper::new(core.clone(), commune.to_owned()),
            inbox,
            pollers: asked.iter().zip(&known).map(poller).collect(),
            known,
            pages,
        }
    }

    /// Lets calls on their way come back, and starts none.
    pub async fn drain(&mut self) {
        for dispatcher in &mut self.dispatchers {
            dispatcher.drain().await.unwrap();
        }
    }

    /// Processes what came in on every gateway; gives how many updates were taken.
    pub async fn hear(&self) -> usize {
        let mut taken = 0;
        for dispatcher in &self.dispatchers {
            taken += self.inbox.tick(dispatcher.gateway()).await.unwrap();
        }
        taken
    }

    /// Ends sending in order.
    pub async fn release(&mut self) {
        for dispatcher in &mut self.dispatchers {
            dispatcher.drain().await.unwrap();
            dispatcher.release().await.unwrap();
        }
    }

    pub fn close_pages(&self) {
        if let Some(pages) = &self.pages {
            pages.stop();
        }
    }
}

impl Stage {
    /// Takes in, processes, plans and sends until nothing is left that is due now. The clock moves only as far as the pace of
    /// sending needs.
    pub async fn settle(&mut self) {
        // What one gateway gives up another may take over.
        let enough = if self.grounds.len() > 1 { 3 } else { 1 };
        let mut quiet = 0;
        for _ in 0..20_000 {
            let moved = self.hear_and_plan().await;
            let moved = self.send_all().await || moved;
            let busy = moved || self.open_messages().await > 0 || self.untold() > 0;
            quiet = if busy { 0 } else { quiet + 1 };
            if quiet == enough {
                return;
            }
        }
        panic!("no rest: {} messages open, {} events not taken", self.open_messages().await, self.untold());
    }

    /// One round of everything; whether anything was there to do. Where a platform turns us away nothing is heard.
    pub async fn tick(&mut self) -> bool {
        let moved = self.hear_and_plan().await;
        self.send().await == Some(true) || moved
    }

    /// Ticks until a condition holds; panics when it never does.
    pub async fn until(&mut self, what: &str, mut holds: impl AsyncFnMut(&Self) -> bool) {
        for _ in 0..5_000 {
            if holds(self).await {
                return;
            }
            self.tick().await;
        }
        panic!("never: {what}");
    }

    /// Lets time pass to an instant, doing everything that falls due on the way.
    pub async fn pass_to(&mut self, to: Millis) {
        self.settle().await;
        while self.clock.now() < to {
            let due = self.service.keeper.next_due_after(self.clock.now()).await.unwrap();
            self.clock.set(due.map_or(to, |due| due.min(to)).max(self.clock.now()));
            self.settle().await;
        }
    }

    /// Starts the calls that may leave now and looks at none of them again.
    pub async fn start_calls(&mut self) -> usize {
        self.service.planner.tick().await.unwrap();
        self.service.dispatchers[0].tick().await.unwrap().started
    }

    /// Lets calls on their way come back, and starts none.
    pub async fn drain(&mut self) {
        self.service.drain().await;
    }

    /// Whether the first gateway sends nothing because its account is at fault.
    pub fn is_halted(&self) -> bool {
        self.service.dispatchers[0].is_halted()
    }

    /// Lets what people did come in, and looks at none of it; gives how much it was.
    pub async fn receive(&mut self) -> usize {
        let mut heard = 0;
        for ground in &self.grounds {
            heard += ground.tell().await;
        }
        for poller in &self.service.pollers {
            heard += poller.tick().await.map_or(0, |polled| polled.received);
        }
        heard
    }

    /// One round of everything but sending; whether anything was there to do.
    async fn hear_and_plan(&mut self) -> bool {
        if let Some(watch) = &mut self.watch {
            watch.tick(None).await.unwrap();
        }
        let heard = self.receive().await;
        let processed = self.service.hear().await;
        let fired = self.service.planner.tick().await.unwrap().len();
        self.service.keeper.tick().await.unwrap();
        heard + processed + fired > 0
    }

    /// Sends while something leaves, before anybody looks again what else there is to do; whether anything left. A long wait that a
    /// platform asks for is not slept through by everybody else.
    async fn send_all(&mut self) -> bool {
        let (mut sent, mut waits, begun) = (false, 0, self.clock.elapsed());
        while waits < 2 && self.clock.elapsed() < begun + OTHERS_LOOK_EVERY {
            match self.send().await {
                Some(false) => break,
                Some(true) => (sent, waits) = (true, 0),
                None => waits += 1,
            }
        }
        sent
    }

    /// One round of sending: starts what may start, waits for what is on its way, or lets the pace pass. Whether anything moved;
    /// none when only time did.
    async fn send(&mut self) -> Option<bool> {
        let (mut next, mut moved, mut waited, mut waiting) = (None::<Duration>, false, false, 0);
        for dispatcher in &mut self.service.dispatchers {
            let ticked = dispatcher.tick().await.unwrap();
            moved |= ticked.started + ticked.recorded > 0;
            waiting += ticked.waiting;
            if ticked.in_flight > 0 {
                dispatcher.gather().await;
                waited = true;
            } else if let Some(at) = ticked.next {
                next = Some(next.map_or(at, |known| known.min(at)));
            }
        }
        if let Some(next) = next.filter(|_| !waited)
            && (waiting > 0 || self.open_messages().await > 0)
        {
            self.clock.advance(next.saturating_sub(self.clock.elapsed()).max(Duration::from_millis(1)));
            return Some(true).filter(|_| moved);
        }
        Some(moved || waited)
    }

    fn untold(&self) -> usize {
        self.grounds.iter().map(Ground::untold).sum()
    }

    async fn open_messages(&self) -> i64 {
        self.core.store.read().await.unwrap().open_messages().await.unwrap()
    }
}
