//! The suite on the Docker Engine.

use slipway_apps::clusters::docker::Docker;

use super::{once, units};

async fn driver() -> Docker {
    Docker::connect(&slipway_testing::docker::socket().unwrap(), true)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_is_known_by_its_digest() {
    units::an_image_is_known_by_its_digest(&driver().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn units_are_as_many_as_they_shall_be() {
    units::units_are_as_many_as_they_shall_be(&driver().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_was_taken_away_is_made_again() {
    units::a_unit_that_was_taken_away_is_made_again(&driver().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_run_says_why() {
    units::what_does_not_run_says_why(&driver().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_takes_too_much_memory_is_killed_for_it() {
    units::a_unit_that_takes_too_much_memory_is_killed_for_it(&driver().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_is_ready_when_it_answers() {
    units::a_unit_is_ready_when_it_answers(&driver().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_run_in_a_unit() {
    units::commands_run_in_a_unit(&driver().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_unit_writes_is_followed_to_its_last_word() {
    units::what_a_unit_writes_is_followed_to_its_last_word(&driver().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_end_is_killed() {
    units::who_does_not_end_is_killed(&driver().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deploys_are_taken_away_by_themselves() {
    units::deploys_are_taken_away_by_themselves(&driver().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_heard_and_ends_with_its_code() {
    once::it_is_heard_and_ends_with_its_code(&driver().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_runs_once_however_often_it_is_asked_for() {
    once::it_runs_once_however_often_it_is_asked_for(&driver().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_when_somebody_wants_it_to() {
    once::it_ends_when_somebody_wants_it_to(&driver().await).await;
}
