# A bucket, and a key that opens it.

terraform {
  required_version = ">= 1.9"

  required_providers {
    random = {
      source  = "hashicorp/random"
      version = ">= 3.6"
    }
  }
}

resource "random_id" "bucket" {
  byte_length = 4

  keepers = {
    account = var.account_id
    name    = var.name
  }
}

resource "random_password" "secret" {
  length  = 40
  special = false
}

resource "terraform_data" "bucket" {
  input = {
    bucket    = "${var.name}-${random_id.bucket.hex}"
    region    = var.region
    versioned = var.versioned
    lifecycle = var.lifecycle_rules
  }
}
