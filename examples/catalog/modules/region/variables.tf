variable "account_id" {
  description = "The account that the region is used by."
  type        = string
}

variable "region" {
  description = "Where."
  type        = string
  default     = "eu-north-1"

  validation {
    condition     = contains(["eu-north-1", "eu-west-1", "us-east-1"], var.region)
    error_message = "The region must be eu-north-1, eu-west-1 or us-east-1."
  }
}

variable "zones" {
  description = "How many zones are used."
  type        = number
  default     = 3

  validation {
    condition     = var.zones >= 1 && var.zones <= 3
    error_message = "A region has one to three zones."
  }
}
