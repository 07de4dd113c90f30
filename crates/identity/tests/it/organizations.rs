//! Organizations from creation to deletion.

use slipway_api::Code;
use slipway_api::organizations::OrganizationChanges;
use slipway_identity::permissions::{ORGANIZATION_DELETE, PROJECT_CREATE};
use slipway_identity::{organizations, projects};
use slipway_kernel::directory;
use slipway_kernel::events::store::{Filter, newest};
use slipway_kernel::secrets::Place;

use crate::fixture::{Site, new_organization, page};

#[tokio::test]
async fn whoever_creates_an_organization_owns_it_with_a_default_project_and_a_key() {
    let site = Site::new().await;
    let admin = site.administrator("root").await;
    let made = organizations::service::create(&admin, new_organization("acme"))
        .await
        .unwrap();
    organizations::require(&admin, ORGANIZATION_DELETE, &made)
        .await
        .unwrap();
    assert_eq!(
        projects::default_of(&admin, made.id).await.unwrap().name.as_str(),
        "default"
    );

    let place = Place::new("tests", "secret", 1);
    let sealed = site
        .kernel
        .secrets
        .seal(site.kernel.db.reader(), Some(made.id), &place, b"x")
        .await;
    sealed.unwrap();

    let filter = Filter {
        organization: Some(made.id),
        ..Filter::default()
    };
    let events = newest(site.kernel.db.reader(), &filter, 0, 10).await.unwrap();
    let mut actions: Vec<_> = events
        .iter()
        .map(|event| (event.action.as_str(), event.actor_name.as_str()))
        .collect();
    actions.sort_unstable();
    assert_eq!(
        actions,
        [
            ("organization.created", "root"),
            ("project.created", "root"),
            ("role-assignment.created", "root")
        ]
    );
}

#[tokio::test]
async fn a_name_is_taken_once() {
    let site = Site::new().await;
    site.organization("acme").await;
    let again = organizations::service::create(&site.system(), new_organization("acme")).await;
    assert_eq!(again.unwrap_err().code(), Code::AlreadyExists);
}

#[tokio::test]
async fn an_organization_that_one_may_not_see_reads_like_one_that_is_missing() {
    let site = Site::new().await;
    site.organization("acme").await;
    let stranger = site.user("stranger").await;
    let hidden = organizations::find_visible(&stranger, &"acme".parse().unwrap())
        .await
        .unwrap_err();
    let missing = organizations::find_visible(&stranger, &"acmf".parse().unwrap())
        .await
        .unwrap_err();
    assert_eq!(hidden.code(), Code::NotFound);
    assert_eq!(hidden.detail().replace("acme", "acmf"), missing.detail());

    let listed = organizations::service::list(&stranger, None, &page()).await.unwrap();
    assert_eq!((listed.rows.len(), listed.total), (0, 0));
    let nobody = organizations::find_visible(&site.anonymous(), &"acme".parse().unwrap()).await;
    assert_eq!(nobody.unwrap_err().code(), Code::Unauthenticated);
    let nobody = organizations::service::list(&site.anonymous(), None, &page()).await;
    assert_eq!(nobody.unwrap_err().code(), Code::Unauthenticated);
}

#[tokio::test]
async fn a_role_on_one_workspace_shows_its_organization_and_opens_nothing_else_of_it() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    site.organization("other").await;
    let project = site.project(&acme, "shop").await;
    let workspace = site.workspace(acme.id, project.id, "web").await;
    let guest = site.user("guest").await;
    site.give(&owner, &acme, &guest, "write", &workspace).await.unwrap();

    assert_eq!(organizations::find_visible(&guest, &acme.name).await.unwrap(), acme);
    let listed = organizations::service::list(&guest, None, &page()).await.unwrap();
    assert_eq!(listed.rows, std::slice::from_ref(&acme));
    assert_eq!(
        projects::service::list(&guest, &acme, projects::service::Wanted::default(), &page())
            .await
            .unwrap()
            .total,
        0
    );

    let refused = organizations::require(&guest, PROJECT_CREATE, &acme).await.unwrap_err();
    assert_eq!(refused.code(), Code::Forbidden);
    let refused = organizations::service::update(&guest, &site.tree, &acme, OrganizationChanges::default()).await;
    assert_eq!(refused.unwrap_err().code(), Code::Forbidden);
}

#[tokio::test]
async fn only_those_with_the_permission_at_the_site_create_organizations() {
    let site = Site::new().await;
    let (_, owner) = site.organization("acme").await;
    let refused = organizations::service::create(&owner, new_organization("mine")).await;
    assert_eq!(refused.unwrap_err().code(), Code::Forbidden);
    let refused = organizations::service::create(&site.anonymous(), new_organization("mine")).await;
    assert_eq!(refused.unwrap_err().code(), Code::Unauthenticated);
}

#[tokio::test]
async fn the_second_of_two_who_edit_the_same_version_is_told() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let to = |name: &str| OrganizationChanges {
        name: Some(name.parse().unwrap()),
        ..OrganizationChanges::default()
    };
    let renamed = organizations::service::update(&owner, &site.tree, &acme, to("acme-inc"))
        .await
        .unwrap();
    assert_eq!(renamed.version, 2);
    let stale = organizations::service::update(&owner, &site.tree, &acme, to("acme-ltd")).await;
    assert_eq!(stale.unwrap_err().code(), Code::PreconditionFailed);
    assert_eq!(organizations::by_id(&owner, acme.id).await.unwrap(), renamed);
}

#[tokio::test]
async fn an_organization_with_workspaces_stays_and_an_empty_one_goes_with_all_access_to_it() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let project = site.project(&acme, "shop").await;
    let workspace = site.workspace(acme.id, project.id, "web").await;
    let refused = organizations::service::delete(&owner, &acme).await.unwrap_err();
    assert_eq!(refused.code(), Code::Conflict);
    assert!(
        refused.detail().contains("2 projects, 1 workspace"),
        "{}",
        refused.detail()
    );
    let unchanged = organizations::by_id(&owner, acme.id).await.unwrap();
    assert_eq!(unchanged, acme);

    let tx = owner.begin().await.unwrap();
    directory::store::remove(&tx, &workspace).await.unwrap();
    tx.commit().await.unwrap();
    organizations::service::delete(&owner, &acme).await.unwrap();
    let gone = organizations::find_visible(&site.system(), &acme.name).await;
    assert_eq!(gone.unwrap_err().code(), Code::NotFound);
    assert!(
        !owner
            .granted()
            .await
            .unwrap()
            .allows(ORGANIZATION_DELETE, &organizations::target(&acme).scope)
    );
    // The name is free again, and brings nothing back.
    let again = organizations::service::create(&site.system(), new_organization("acme"))
        .await
        .unwrap();
    assert!(!organizations::service::may_see(&owner, again.id).await.unwrap());
}

#[tokio::test]
async fn an_organization_that_others_still_empty_takes_nothing_new_and_goes_when_swept() {
    let site = Site::new().await;
    let (acme, owner) = site.organization("acme").await;
    let pool = directory::Object {
        id: "apool-1".to_owned(),
        kind: "runner-pool",
        organization: Some(acme.id),
        project: None,
        name: "pool".to_owned(),
        status: String::new(),
        labels: String::new(),
    };
    let tx = owner.begin().await.unwrap();
    directory::store::put(&tx, &pool).await.unwrap();
    tx.commit().await.unwrap();
    organizations::service::delete(&owner, &acme).await.unwrap();

    let deleting = organizations::find_visible(&owner, &acme.name).await.unwrap();
    assert!(deleting.is_deleting);
    let refused = projects::service::create(&owner, &deleting, crate::fixture::new_project("late")).await;
    assert_eq!(refused.unwrap_err().code(), Code::Conflict);
    let system = site.system();
    organizations::service::sweep(&system).await.unwrap();
    assert_eq!(organizations::service::deleting(&system).await.unwrap(), [deleting]);

    let tx = owner.begin().await.unwrap();
    directory::store::remove(&tx, &pool.id).await.unwrap();
    tx.commit().await.unwrap();
    organizations::service::sweep(&system).await.unwrap();
    assert!(organizations::by_id(&system, acme.id).await.is_err());
}

#[tokio::test]
async fn lists_are_paged_in_order_of_names() {
    let site = Site::new().await;
    for name in ["delta", "alpha", "charlie", "bravo"] {
        site.organization(name).await;
    }
    let mut wanted = page();
    wanted.size = 2;
    let names = async |page: &slipway_kernel::http::Page, part: Option<&str>| {
        let part = part.map(str::to_owned);
        let listed = organizations::service::list(&site.system(), part, page).await.unwrap();
        let names: Vec<_> = listed.rows.into_iter().map(|row| row.name.to_string()).collect();
        (names, listed.total)
    };
    // One row more than the page has, to see that there is a next one.
    assert_eq!(
        names(&wanted, None).await,
        (vec!["alpha".into(), "bravo".into(), "charlie".into()], 4)
    );
    wanted.after = Some("bravo".to_owned());
    assert_eq!(names(&wanted, None).await, (vec!["charlie".into(), "delta".into()], 4));
    assert_eq!(
        names(&page(), Some("L")).await,
        (vec!["alpha".into(), "charlie".into(), "delta".into()], 3)
    );
    assert_eq!(names(&page(), Some("%")).await, (vec![], 0));
}
