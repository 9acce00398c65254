//! The shell around every platform: the listening server, the state behind its lock, what goes wrong on purpose, and the
//! handle that people and tests hold.
//!
//! A platform is its state with a few words about itself ([`Platform`]); everything around it stands here once.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::{ConnectInfo, DefaultBodyLimit, Request, State},
    http::{HeaderValue, header::DATE},
    response::Response,
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::{net::TcpListener, sync::Notify, task::JoinHandle};
use tokio_util::task::TaskTracker;

use crate::{
    act::Stand,
    config::Config,
    control,
    error::{Result, SandboxError},
    fault::{Armed, Fault, FaultKind},
    listener::{Fuse, FusedListener},
    params::Params,
    spoil,
};

/// A platform: the whole state of one stand-in, and what only it knows of calls.
pub trait Platform: Send + Sized + 'static {
    /// What only this platform is started with.
    type Rules: Default + Clone + std::fmt::Debug + Send + Sync + 'static;
    /// What only this platform's control surface does, by the last part of the path.
    type Verb: DeserializeOwned + Send;
    /// Whether ids of people, chats and messages are numbers.
    const NUMBERED: bool;

    /// A world without people.
    ///
    /// # Errors
    /// When the rules make no sense.
    fn new(config: Config<Self::Rules>, base_url: &str) -> std::result::Result<Self, SandboxError>;

    /// What it was started with, as it is now.
    fn config(&self) -> &Config<Self::Rules>;

    /// Does what time alone brings about; called whenever the world is locked.
    fn settle(&mut self) {}

    /// Wakes whoever waits for news, after something was changed from outside.
    fn stir(&self) {}

    /// Starts the tasks that deliver events.
    fn work(shared: &Arc<Shared<Self>>, tasks: &TaskTracker);

    /// Answers one request of a client.
    fn route(shared: Arc<Shared<Self>>, fuse: Fuse, request: Request) -> impl Future<Output = Response> + Send;

    /// Counts a fault that struck a call, and makes its lasting effects: a dead token, a bot put out of a chat.
    fn suffer(&mut self, fault: &FaultKind, call: &Called<'_>);

    /// The answer of a fault that the platform gives in its own words; none for what is the connection's.
    fn refuse(&mut self, fault: &FaultKind, call: &Called<'_>) -> Option<Response>;

    /// The handle as whoever plays the people sees it.
    fn stand(handle: &Hand<Self>) -> &dyn Stand;

    /// Carries out one of its own verbs.
    fn perform(handle: &Hand<Self>, verb: Self::Verb) -> impl Future<Output = Result<Value>> + Send;

    /// What there is to see under a name; none when there is nothing.
    fn look(handle: &Hand<Self>, what: &str, params: &Params) -> Option<Result<Value>>;
}

/// One call, as faults know it.
#[derive(Debug, Clone, Copy)]
pub struct Called<'a> {
    /// The method, or the path.
    pub method: &'a str,
    /// The chat it is about.
    pub chat: Option<&'a str>,
    /// The bot that calls, where there are several.
    pub bot: i64,
}

/// What the server, the workers and every handle share.
pub struct Shared<W> {
    world: Mutex<W>,
    trouble: Mutex<Trouble>,
    /// Cancelled when the stand-in stops.
    pub cancel: tokio_util::sync::CancellationToken,
    /// For photos and webhook deliveries.
    pub client: reqwest::Client,
    /// `http://127.0.0.1:<port>`.
    pub base_url: String,
    /// How far the platform's wall clock is ahead of the one it was given, in milliseconds.
    ahead: Arc<AtomicI64>,
    released: Notify,
    held: AtomicUsize,
}

/// What goes wrong on purpose.
#[derive(Debug, Default)]
struct Trouble {
    armed: Armed,
    /// What every call meets while the platform is down.
    outage: Option<FaultKind>,
}

impl<W: Platform> Shared<W> {
    /// The world, locked. A panic elsewhere while it was locked is not passed on.
    pub fn world(&self) -> MutexGuard<'_, W> {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        world.settle();
        world
    }

    fn trouble(&self) -> MutexGuard<'_, Trouble> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the platform is down: nothing is delivered.
    pub fn is_dark(&self) -> bool {
        self.trouble().outage.is_some()
    }

    /// The fault that strikes this call, with its lasting effects already in place.
    pub fn strike(&self, call: &Called<'_>) -> Option<FaultKind> {
        let fault = self.trouble().armed.strike(call.method, call.chat)?;
        if let FaultKind::ClockAhead { ms } = fault {
            self.ahead.store(ms, Ordering::SeqCst);
        }
        self.world().suffer(&fault, call);
        Some(fault)
    }

    /// Carries a call out, with the fault that strikes it.
    pub async fn answer(&self, fuse: &Fuse, call: Called<'_>, perform: impl Future<Output = Response>) -> Response {
        let Some(fault) = self.strike(&call) else { return perform.await };
        if fault == (FaultKind::Hold { delivered: false }) {
            self.hold().await;
            return perform.await;
        }
        let done = if fault.delivers() { Some(perform.await) } else { None };
        self.afflict(&fault, fuse, &call, done).await
    }

    /// The answer of a struck call; `done` is what it would have been.
    async fn afflict(&self, fault: &FaultKind, fuse: &Fuse, call: &Called<'_>, done: Option<Response>) -> Response {
        let refused = self.world().refuse(fault, call);
        if let Some(refused) = refused {
            return refused;
        }
        match fault {
            FaultKind::Hang { .. } => {
                self.cancel.cancelled().await;
                return spoil::reset(fuse);
            }
            FaultKind::Delay { ms } => {
                let late = tokio::time::sleep(Duration::from_millis(*ms));
                tokio::select! { () = late => {}, () = self.cancel.cancelled() => {} }
            }
            FaultKind::Hold { .. } => self.hold().await,
            _ => {}
        }
        spoil::answer(fault, fuse, done, &self.cancel).await
    }

    /// Cuts the connection while the request is being read, if a fault wants that; gives the request back if none does.
    pub async fn intact(
        &self,
        fuse: &Fuse,
        call: &Called<'_>,
        request: Request,
    ) -> std::result::Result<Request, Response> {
        let at = self.trouble().armed.cut(call.method);
        let Some(at) = at else { return Ok(request) };
        self.world().suffer(&FaultKind::CutRequest { at }, call);
        spoil::drain(request.into_body(), at).await;
        Err(spoil::reset(fuse))
    }

    async fn hold(&self) {
        let released = self.released.notified();
        tokio::pin!(released);
        // Registered before it is counted: who sees the count may release at once.
        released.as_mut().enable();
        self.held.fetch_add(1, Ordering::SeqCst);
        tokio::select! { () = released => {}, () = self.cancel.cancelled() => {} }
        self.held.fetch_sub(1, Ordering::SeqCst);
    }

    /// The `Date` of a platform whose clock is wrong.
    fn date(&self, response: &mut Response) {
        if self.ahead.load(Ordering::SeqCst) == 0 {
            return;
        }
        let at = chrono::DateTime::from_timestamp_millis(self.world().config().wall());
        let written = at.map(|at| at.format("%a, %d %b %Y %H:%M:%S GMT").to_string());
        if let Some(date) = written.and_then(|date| HeaderValue::try_from(date).ok()) {
            response.headers_mut().insert(DATE, date);
        }
    }
}

/// Serves until the stand-in is stopped, then lets running calls finish.
async fn serve<W: Platform>(listener: FusedListener, shared: Arc<Shared<W>>) {
    let cancel = shared.cancel.clone();
    let app = Router::new().fallback(route::<W>).layer(DefaultBodyLimit::disable()).with_state(shared);
    let served = axum::serve(listener, app.into_make_service_with_connect_info::<Fuse>());
    if let Err(error) = served.with_graceful_shutdown(cancel.cancelled_owned()).await {
        tracing::error!(%error, "the sandbox stopped serving");
    }
}

async fn route<W: Platform>(
    State(shared): State<Arc<Shared<W>>>,
    ConnectInfo(fuse): ConnectInfo<Fuse>,
    request: Request,
) -> Response {
    let path = request.uri().path();
    if let Some(verb) = path.strip_prefix("/sandbox/").or_else(|| path.strip_prefix("/_control/")) {
        let verb = verb.to_owned();
        return control::handle(&shared, &verb, request).await;
    }
    let outage = shared.trouble().outage.clone();
    let mut response = match outage {
        Some(fault) => shared.afflict(&fault, &fuse, &Called { method: "", chat: None, bot: 0 }, None).await,
        None => W::route(shared.clone(), fuse, request).await,
    };
    shared.date(&mut response);
    response
}

/// A running stand-in. Dropping it leaves it running until its cancellation token is cancelled.
pub struct Running<W: Platform> {
    handle: Hand<W>,
    config: Config<W::Rules>,
    server: JoinHandle<()>,
}

impl<W: Platform> std::fmt::Debug for Running<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Running").field(&self.base_url()).finish()
    }
}

impl<W: Platform> Running<W> {
    /// Binds 127.0.0.1 and starts serving; the address can be used as soon as this returns.
    ///
    /// # Errors
    /// When the port is taken, a token is malformed, or no HTTP client can be built.
    pub async fn start(mut config: Config<W::Rules>) -> std::result::Result<Self, SandboxError> {
        let port = config.port;
        let bind = |source| SandboxError::Bind { port, source };
        let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(bind)?;
        let base_url = format!("http://{}", listener.local_addr().map_err(bind)?);
        // Photos and webhooks stand on this machine: a proxy of the environment must not be asked for them.
        let client = reqwest::Client::builder().no_proxy().connect_timeout(Duration::from_secs(5));
        let client = client.timeout(Duration::from_mins(1)).build()?;
        let ahead = Arc::new(AtomicI64::new(0));
        let (given, shift) = (config.clocks.wall_ms.clone(), ahead.clone());
        config.clocks.wall_ms = Arc::new(move || given() + shift.load(Ordering::SeqCst));
        config.cancel = config.cancel.child_token();
        let shared = Arc::new(Shared {
            world: Mutex::new(W::new(config.clone(), &base_url)?),
            trouble: Mutex::new(Trouble { armed: Armed::new(config.faults.clone()), outage: None }),
            cancel: config.cancel.clone(),
            client,
            base_url,
            ahead,
            released: Notify::new(),
            held: AtomicUsize::new(0),
        });
        W::work(&shared, &config.tasks);
        let server = config.tasks.spawn(serve(FusedListener(listener), shared.clone()));
        Ok(Self { handle: Hand::new(shared), config, server })
    }

    /// `http://127.0.0.1:<port>`, to which the platform's paths are appended.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.handle.base_url()
    }

    /// Control of the people in it.
    #[must_use]
    pub fn handle(&self) -> Hand<W> {
        self.handle.clone()
    }

    /// What it was started with.
    pub(crate) const fn started_with(&self) -> &Config<W::Rules> {
        &self.config
    }

    /// Stops serving: waiting polls end, running calls finish, hanging ones are reset.
    pub async fn stop(self) {
        self.config.cancel.cancel();
        let _ = self.server.await;
    }
}

/// Controls a running stand-in: what people do, what a test wants to see, and what goes wrong. Clones share it; each act
/// takes effect before it returns.
pub struct Hand<W> {
    /// What is controlled.
    pub(crate) shared: Arc<Shared<W>>,
}

impl<W> Clone for Hand<W> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone() }
    }
}

impl<W> std::fmt::Debug for Hand<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Hand").field(&self.shared.base_url).finish()
    }
}

impl<W: Platform> Hand<W> {
    pub(crate) fn new(shared: Arc<Shared<W>>) -> Self {
        Self { shared }
    }

    /// `http://127.0.0.1:<port>`, to which the platform's paths are appended.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.shared.base_url.clone()
    }

    /// Replaces the armed faults; their counters start anew.
    pub fn set_faults(&self, faults: Vec<Fault>) {
        self.shared.trouble().armed = Armed::new(faults);
    }

    /// Arms one more fault.
    pub fn add_fault(&self, fault: Fault) {
        self.shared.trouble().armed.add(fault);
    }

    /// The armed faults, fired or not.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        self.shared.trouble().armed.list()
    }

    /// The platform goes down: every call meets `outage`, and nothing is delivered. `None` ends it. People can go on
    /// writing to each other.
    pub fn set_outage(&self, outage: Option<FaultKind>) {
        self.shared.trouble().outage = outage;
        self.shared.world().stir();
    }

    /// How many calls [`FaultKind::Hold`] is holding now.
    #[must_use]
    pub fn held(&self) -> usize {
        self.shared.held.load(Ordering::SeqCst)
    }

    /// Lets every held call go on.
    pub fn release(&self) {
        self.shared.released.notify_waiters();
    }

    /// Sets the platform's wall clock ahead of the one it was given, or behind it when negative, in milliseconds: message
    /// dates, ages, and the `Date` of answers.
    pub fn set_clock_ahead(&self, ms: i64) {
        self.shared.ahead.store(ms, Ordering::SeqCst);
    }

    /// Wall milliseconds by the platform's clock.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.shared.world().config().wall()
    }
}
