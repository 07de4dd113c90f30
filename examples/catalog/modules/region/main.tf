# A region of an account: where things stand, and in how many zones.

terraform {
  required_version = ">= 1.9"
}

locals {
  zones = [for letter in slice(["a", "b", "c"], 0, var.zones) : "${var.region}${letter}"]
}

resource "terraform_data" "region" {
  input = {
    account = var.account_id
    region  = var.region
    zones   = local.zones
  }
}
