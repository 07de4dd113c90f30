# A database, and an account in it for applications.

terraform {
  required_version = ">= 1.9"

  required_providers {
    random = {
      source  = "hashicorp/random"
      version = ">= 3.6"
    }
  }
}

resource "random_id" "database" {
  byte_length = 5

  keepers = {
    network = var.network_id
    engine  = var.engine
  }
}

resource "random_password" "application" {
  length  = 24
  special = false
}

resource "terraform_data" "database" {
  input = {
    host    = "${random_id.database.hex}.${var.network_id}.db.example.test"
    port    = var.engine == "postgres" ? 5432 : 3306
    name    = var.name
    version = var.engine_version
    size    = var.size
    storage = var.storage_gb
    window  = var.maintenance
    subnets = [for subnet in var.subnets : subnet.id]
  }
}
