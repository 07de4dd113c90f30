//! Drift: what others changed or removed of what we applied.
//!
//! What was applied is known by its place, its id and how often it was changed. An object that is not known is told once, so that
//! whoever begins to look has everything applied once.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::core::v1::{Secret, Service};
use k8s_openapi::api::networking::v1::Ingress;
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use kube::Api;
use kube::api::{ListParams, ObjectMeta};

use crate::cluster::Cluster;
use crate::error::KubeError;
use crate::names::{APP, MANAGED_BY, MANAGER, ONCE};
use crate::owned::Kind;

/// The objects that are looked at, as they were applied last.
#[derive(Default)]
pub(crate) struct Applied(Mutex<HashMap<Place, Mark>>);

/// Kind, namespace and name.
type Place = (String, String, String);

#[derive(Clone, PartialEq, Eq)]
struct Mark {
    app: String,
    id: String,
    /// Grows with what is said of it, and not with what becomes of it.
    change: String,
}

impl Applied {
    /// Takes note of an object as it is after it was applied.
    pub(crate) fn note<K: Kind>(&self, object: &ObjectMeta) {
        if let Some(mark) = mark(object) {
            self.lock().insert(place::<K>(object), mark);
        }
    }

    /// Forgets an object that was removed.
    pub(crate) fn forget<K: Kind>(&self, object: &ObjectMeta) {
        self.lock().remove(&place::<K>(object));
    }

    /// The apps of what is other than it was applied in a namespace; from now on it is known as it is.
    fn compare(&self, namespace: &str, found: HashMap<Place, Mark>, kinds: &[String]) -> BTreeSet<String> {
        let mut known = self.lock();
        let is_looked_at = |(kind, space, _): &Place| space == namespace && kinds.contains(kind);
        let gone = known
            .iter()
            .filter(|(place, _)| is_looked_at(place) && !found.contains_key(*place));
        let other = found.iter().filter(|(place, mark)| known.get(*place) != Some(*mark));
        let apps = gone.chain(other).map(|(_, mark)| mark.app.clone()).collect();
        known.retain(|place, _| !is_looked_at(place));
        known.extend(found);
        apps
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Place, Mark>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Cluster {
    /// The apps of which an object in a namespace is not as it was applied by this process, each time once. Units are not looked at:
    /// their Deployment puts them right.
    ///
    /// # Errors
    /// When the cluster does not answer or does not let us.
    pub async fn changed_apps(&self, namespace: &str) -> Result<BTreeSet<String>, KubeError> {
        let mut found = HashMap::new();
        let kinds = [
            self.look::<Deployment>(namespace, &mut found).await?,
            self.look::<Service>(namespace, &mut found).await?,
            self.look::<Ingress>(namespace, &mut found).await?,
            self.look::<Secret>(namespace, &mut found).await?,
            self.look::<PodDisruptionBudget>(namespace, &mut found).await?,
            self.look::<HorizontalPodAutoscaler>(namespace, &mut found).await?,
        ];
        Ok(self.applied.compare(namespace, found, &kinds))
    }

    async fn look<K: Kind>(&self, namespace: &str, found: &mut HashMap<Place, Mark>) -> Result<String, KubeError> {
        let api: Api<K> = self.api(namespace);
        let wanted = ListParams::default().labels(&format!("{MANAGED_BY}={MANAGER},!{ONCE}"));
        let listed = self.ask(&K::plural(&()), api.list_metadata(&wanted)).await?;
        for object in &listed.items {
            if let Some(mark) = mark(&object.metadata) {
                found.insert(place::<K>(&object.metadata), mark);
            }
        }
        Ok(K::kind(&()).into_owned())
    }
}

fn place<K: Kind>(object: &ObjectMeta) -> Place {
    (
        K::kind(&()).into_owned(),
        object.namespace.clone().unwrap_or_default(),
        object.name.clone().unwrap_or_default(),
    )
}

/// Nothing for what is of no app, of what runs once, or about to be gone.
fn mark(object: &ObjectMeta) -> Option<Mark> {
    let labels = object.labels.as_ref()?;
    if object.deletion_timestamp.is_some() || labels.contains_key(ONCE) {
        return None;
    }
    let change = match object.generation {
        Some(generation) => generation.to_string(),
        // What becomes of it is said by an entry of its own.
        None => said(object)
            .or_else(|| object.resource_version.clone())
            .unwrap_or_default(),
    };
    Some(Mark {
        app: labels.get(APP)?.clone(),
        id: object.uid.clone().unwrap_or_default(),
        change,
    })
}

/// Who said something of an object that has a status and does not count what is said of it, and when.
fn said(object: &ObjectMeta) -> Option<String> {
    let entries = object.managed_fields.as_ref()?;
    if !entries
        .iter()
        .any(|entry| entry.subresource.as_deref() == Some("status"))
    {
        return None;
    }
    let sayings = entries.iter().filter(|entry| entry.subresource.is_none()).map(|entry| {
        let time = entry.time.as_ref().map(|time| format!("{:?}", time.0));
        format!(
            "{}@{}",
            entry.manager.as_deref().unwrap_or_default(),
            time.unwrap_or_default()
        )
    });
    Some(sayings.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn object(name: &str, app: &str, generation: i64) -> ObjectMeta {
        ObjectMeta {
            name: Some(name.to_owned()),
            namespace: Some("apps".to_owned()),
            labels: Some(BTreeMap::from([(APP.to_owned(), app.to_owned())])),
            generation: Some(generation),
            ..ObjectMeta::default()
        }
    }

    fn told(applied: &Applied, objects: &[ObjectMeta]) -> Vec<String> {
        let found = objects
            .iter()
            .map(|object| (place::<Deployment>(object), mark(object).unwrap()));
        let kinds = ["Deployment".to_owned()];
        applied.compare("apps", found.collect(), &kinds).into_iter().collect()
    }

    #[test]
    fn what_others_do_is_told_once() {
        let applied = Applied::default();
        let (web, worker) = (object("web", "shop", 1), object("worker", "blog", 1));
        applied.note::<Deployment>(&web);
        assert_eq!(told(&applied, &[web.clone(), worker.clone()]), ["blog"]);
        assert!(told(&applied, &[web.clone(), worker.clone()]).is_empty());
        let edited = object("web", "shop", 2);
        assert_eq!(told(&applied, &[edited.clone(), worker.clone()]), ["shop"]);
        assert_eq!(told(&applied, std::slice::from_ref(&edited)), ["blog"]);
        assert!(told(&applied, std::slice::from_ref(&edited)).is_empty());
        applied.forget::<Deployment>(&edited);
        assert!(told(&applied, &[]).is_empty());
        applied.note::<Service>(&web);
        assert!(told(&applied, &[]).is_empty());
    }
}
