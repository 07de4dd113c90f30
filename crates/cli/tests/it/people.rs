//! What administrators of a site do with people, on the real binary against the real server.

use std::path::Path;

use crate::Ended;
use crate::serving::{Server, token};

fn run(home: &Path, server: &Server, token: &str, line: &str) -> Ended {
    server.client(home, token, None, &line.split(' ').collect::<Vec<_>>())
}

#[track_caller]
fn done(ended: Ended) -> String {
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    ended.stdout
}

#[test]
fn people_are_suspended_let_in_again_reset_and_given_roles_at_the_site() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path(), &["--data-dir", "data"]);
    let admin = token(home.path());
    let as_admin = |line: &str| run(home.path(), &server, &admin, line);
    done(as_admin("organization create acme"));
    done(as_admin("user create ada --email ada@example.com"));
    let ada = done(as_admin("token create --user ada --description test"))
        .trim()
        .to_owned();
    let as_ada = |line: &str| run(home.path(), &server, &ada, line);

    done(as_ada("whoami"));
    let unasked = as_admin("user suspend ada");
    assert!(
        unasked.code == Some(1) && unasked.stderr.contains("--yes"),
        "{}",
        unasked.stderr
    );
    done(as_admin("user suspend ada --yes"));
    assert_eq!(as_ada("whoami").code, Some(1));
    done(as_admin("user unsuspend ada"));
    done(as_ada("whoami"));
    let link = done(as_admin("user reset-password ada"));
    assert!(link.contains("/password-reset/"), "{link}");

    assert_eq!(as_ada("user list").code, Some(1));
    done(as_admin("role assign site-auditor --to ada --at-site"));
    assert!(done(as_ada("user list")).contains("ada@example.com"));
    assert!(done(as_ada("role assignments --at-site")).contains("site-auditor"));
    done(as_ada("audit export --organization acme"));
    assert_eq!(
        as_ada("user suspend ada --yes").code,
        Some(1),
        "an auditor changes nothing"
    );
}

#[test]
fn a_teams_token_says_whose_it_is() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path(), &["--data-dir", "data"]);
    let admin = token(home.path());
    let as_admin = |line: &str| run(home.path(), &server, &admin, line);
    done(as_admin("organization create acme"));
    done(as_admin("team create crew --organization acme"));
    let team = done(as_admin("team create-token crew --description ci --organization acme"));
    assert!(done(run(home.path(), &server, team.trim(), "whoami")).contains("crew"));
}
