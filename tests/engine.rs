//! The promise that an engine decides alike whoever drives it: one call after another, without a browser.
#![cfg(not(target_arch = "wasm32"))]

use keepsake::digest::{CacheKey, Secret};
use keepsake::duration::Millis;
use keepsake::engine::{Brief, CallResult, Engine, Finding, Kept, Verdict, Why};
use keepsake::freshness::Freshness;
use keepsake::identity::{Facts, PageFacts, Unstable};
use keepsake::options::{Kind, Options};
use keepsake::policy::Ttl;
use keepsake::reason::Reason;
use keepsake::size::Bytes;

const NOW: Millis = Millis(1_000);

fn secret(first: u8) -> Secret {
    let bytes: Vec<u8> = (0..192).map(|at| first.wrapping_mul(31).wrapping_add(at)).collect();
    Secret::from_bytes(&bytes).expect("192 bytes")
}

/// An engine whose page is in the namespace 0.
fn engine() -> Engine {
    let engine = Engine::default();
    enter(&engine, 0);
    engine
}

fn enter(engine: &Engine, space: u8) {
    engine.configure(space.into(), secret(space), Options::default(), PageFacts::default());
}

fn function(engine: &Engine, name: &str, options: Options) -> u32 {
    let parts = [name, "here", "source", "", "", ""].map(str::as_bytes);
    engine.register(Facts::new(Kind::Data, Facts::NAME | Facts::TEXT | Facts::SITE, parts), options)
}

/// What an operation is told of an encoding that it finds in the scratch area.
fn load(engine: &Engine, call: &str) -> u32 {
    let mut bytes = call.as_bytes().to_vec();
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    engine.scratch.write(&bytes);
    u32::try_from(call.len()).expect("short")
}

fn board(engine: &Engine, id: u32, call: &str, now: Millis) -> Verdict {
    engine.board(id, load(engine, call), now).expect("the function is known")
}

/// Computes a call, and keeps its result in a slot.
fn compute(engine: &Engine, id: u32, call: &str, slot: u32) -> Kept {
    let Verdict::Lead(flight) = board(engine, id, call, NOW) else {
        panic!("{call} is not computed");
    };
    engine.keep(flight, &CallResult { slot, size: Bytes(8), ttl: None }, NOW)
}

#[test]
fn what_was_computed_is_hit_and_nothing_else() {
    let engine = engine();
    let load = function(&engine, "load", Options::default());
    assert!(matches!(compute(&engine, load, "a", 7), Kept::Yes { is_too_large: false, disk: Some(_) }));
    assert_eq!(board(&engine, load, "a", NOW), Verdict::Hit(7));
    assert!(matches!(board(&engine, load, "b", NOW), Verdict::Lead(_)));
    let other = function(&engine, "other", Options::default());
    assert!(matches!(board(&engine, other, "a", NOW), Verdict::Lead(_)));
    let twin = function(&engine, "load", Options::default());
    assert_eq!(board(&engine, twin, "a", NOW), Verdict::Hit(7), "functions of one identity share their entries");
}

#[test]
fn who_comes_while_it_is_computed_joins() {
    let engine = engine();
    let load = function(&engine, "load", Options::default());
    let Verdict::Lead(flight) = board(&engine, load, "a", NOW) else { panic!("nothing is kept") };
    assert_eq!(board(&engine, load, "a", NOW), Verdict::Join(flight));
    engine.land(flight);
    assert!(matches!(board(&engine, load, "a", NOW), Verdict::Lead(_)));
}

#[test]
fn a_namespace_knows_nothing_of_another() {
    let engine = engine();
    let id = function(&engine, "load", Options::default());
    let key = |engine: &Engine| engine.page_key(id, load(engine, "a"));
    compute(&engine, id, "a", 1);
    let first = key(&engine);
    enter(&engine, 1);
    assert!(matches!(board(&engine, id, "a", NOW), Verdict::Lead(_)));
    assert_ne!(key(&engine), first, "what is shown and set is told apart by it");
    enter(&engine, 0);
    assert_eq!((board(&engine, id, "a", NOW), key(&engine)), (Verdict::Hit(1), first));
}

#[test]
fn a_database_has_its_own_secret() {
    let engine = engine();
    let id = function(&engine, "load", Options::default());
    let key = |engine: &Engine| engine.key(id, load(engine, "a"));
    let before = key(&engine).map(|CacheKey { call, .. }| call);
    assert!(!engine.opened(0, secret(9).bytes(), std::iter::empty()));
    assert_ne!(key(&engine).map(|CacheKey { call, .. }| call), before);
    assert!(!engine.opened(5, secret(9).bytes(), std::iter::empty()), "a namespace that was never entered");
}

#[test]
fn time_ends_an_entry_and_says_why() {
    let engine = engine();
    let ttl = Some(Ttl::Fixed(Millis(100)));
    let id = function(&engine, "load", Options { ttl, ..Options::default() });
    compute(&engine, id, "a", 1);
    let explain = |now| engine.explain(id, load(&engine, "a"), now);
    assert!(matches!(explain(Millis(1_099)), Some(Finding::Memory(Freshness::Fresh, _, 1))));
    assert!(matches!(explain(Millis(1_100)), Some(Finding::Nothing { left: Some(Reason::Expired), key: Some(_), .. })));
    assert!(matches!(board(&engine, id, "a", Millis(1_100)), Verdict::Lead(_)));
    assert_eq!(engine.take_left(), [(1, Reason::Expired)]);
}

#[test]
fn what_is_computed_while_it_is_cleared_is_not_kept() {
    let engine = engine();
    let id = function(&engine, "load", Options::default());
    compute(&engine, id, "a", 1);
    let Verdict::Lead(flight) = board(&engine, id, "b", NOW) else { panic!("b is not kept") };
    assert_eq!(engine.clear(id), 1);
    assert!(!engine.is_valid(flight));
    assert_eq!(engine.keep(flight, &CallResult { slot: 2, size: Bytes(8), ttl: None }, NOW), Kept::Not);
    assert_eq!(engine.take_orders().len(), 1, "the disk is cleared too");
}

#[test]
fn a_function_that_cannot_be_known_again_is_by_itself_and_in_memory() {
    let engine = engine();
    let make = || engine.register(Facts::new(Kind::Data, Facts::TEXT, [b""; 6]), Options::default());
    let (first, second) = (make(), make());
    let brief =
        Brief { on_disk: false, needs_tab: false, persists: true, unstable: Some(Unstable::NoCallSite), site: None };
    assert_eq!(engine.brief(first), Some(brief));
    assert!(matches!(compute(&engine, first, "a", 1), Kept::Yes { disk: None, .. }));
    assert!(matches!(board(&engine, second, "a", NOW), Verdict::Lead(_)));
}

#[test]
fn a_factorys_functions_are_told_apart_and_what_they_kept_is_dropped() {
    let engine = engine();
    let parts = ["at 1", "at 1", "source", "", "", ""].map(str::as_bytes);
    let id = engine.register(Facts::new(Kind::Data, Facts::TEXT | Facts::SITE, parts), Options::default());
    compute(&engine, id, "a", 1);
    let site = engine.brief(id).and_then(|brief| brief.site);
    assert!(site.is_some());
    assert_eq!(engine.isolate(id, Why::Factory), site, "later pages are to know it");
    assert!(matches!(board(&engine, id, "a", NOW), Verdict::Lead(_)));
    assert_eq!(engine.brief(id).map(|brief| (brief.on_disk, brief.unstable)), Some((false, Some(Unstable::Factory))));
    let again = engine.register(Facts::new(Kind::Data, Facts::TEXT | Facts::SITE, parts), Options::default());
    assert!(engine.opened(0, secret(9).bytes(), site.into_iter()), "a later page learns of it when its database opens");
    assert_eq!(engine.brief(again).map(|brief| brief.unstable), Some(Some(Unstable::Factory)));
}

#[test]
#[should_panic(expected = "the page is configured first")]
fn without_a_secret_nothing_is_digested() {
    let engine = Engine::default();
    let id = function(&engine, "load", Options::default());
    board(&engine, id, "a", NOW);
}
