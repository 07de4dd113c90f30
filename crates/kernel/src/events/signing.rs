//! The site's key that vouches for the audit log: Ed25519, made when it is first needed, sealed like every secret.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, ConnectionTrait, QueryOrder};
use slipway_api::audit::Checkpoint;
use zeroize::Zeroizing;

use crate::ctx::Ctx;
use crate::db::migrations::{Migration, Step};
use crate::db::schema::{Table, Type};
use crate::errors::{Error, Result};
use crate::secrets::{Place, SealedColumn};

pub(crate) const MIGRATION: Migration = Migration {
    name: "kernel_0011_audit_keys",
    steps: || {
        vec![Step::Table(
            Table::new("audit_keys")
                .col("public_key", Type::Id)
                .col("sealed", Type::Bytes)
                .col("created_at", Type::Time)
                .primary(&["public_key"]),
        )]
    },
};

/// Where the private keys are.
pub(crate) const SEALED: SealedColumn = SealedColumn::of_site("audit_keys", "sealed", "public_key");

mod keys {
    use sea_orm::entity::prelude::*;
    use slipway_api::Timestamp;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_keys")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub public_key: String,
        pub sealed: Vec<u8>,
        pub created_at: Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Signs checkpoints.
pub struct Signer {
    pair: Ed25519KeyPair,
    public_key: String,
}

impl Signer {
    /// The site's signer. Never call it while a transaction is open: the first time it takes its own.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn load(ctx: &Ctx) -> Result<Self> {
        let key = match oldest(ctx.db.reader()).await? {
            Some(key) => key,
            None => create(ctx).await?,
        };
        let place = place(&key.public_key);
        let seed = ctx.secrets.open(ctx.db.reader(), None, &place, &key.sealed).await?;
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.expose()).map_err(Error::internal)?;
        Ok(Self {
            pair,
            public_key: key.public_key,
        })
    }

    /// The public key in hexadecimal.
    #[must_use]
    pub fn public_key(&self) -> &str {
        &self.public_key
    }

    /// Signs what a checkpoint says.
    #[must_use]
    pub fn sign(&self, mut checkpoint: Checkpoint) -> Checkpoint {
        checkpoint.public_key.clone_from(&self.public_key);
        let signature = self.pair.sign(checkpoint.signed_text().as_bytes());
        checkpoint.signature = hex::encode(signature);
        checkpoint
    }
}

fn place(public_key: &str) -> Place {
    Place::new("audit_keys", "sealed", public_key)
}

/// The oldest, so that replicas that make one at the same time agree on one afterwards.
async fn oldest(connection: &impl ConnectionTrait) -> Result<Option<keys::Model>> {
    Ok(keys::Entity::find()
        .order_by_asc(keys::Column::CreatedAt)
        .order_by_asc(keys::Column::PublicKey)
        .one(connection)
        .await?)
}

async fn create(ctx: &Ctx) -> Result<keys::Model> {
    let mut seed = Zeroizing::new([0; 32]);
    ctx.random.fill(seed.as_mut_slice())?;
    let pair = Ed25519KeyPair::from_seed_unchecked(seed.as_slice()).map_err(Error::internal)?;
    let public_key = hex::encode(pair.public_key());
    let tx = ctx.begin().await?;
    let sealed = ctx
        .secrets
        .seal(&*tx, None, &place(&public_key), seed.as_slice())
        .await?;
    let row = keys::ActiveModel {
        public_key: Set(public_key),
        sealed: Set(sealed),
        created_at: Set(ctx.now()),
    };
    keys::Entity::insert(row).exec_without_returning(&*tx).await?;
    tx.commit().await?;
    oldest(ctx.db.reader())
        .await?
        .ok_or_else(|| Error::internal("the key of the audit log vanished"))
}
