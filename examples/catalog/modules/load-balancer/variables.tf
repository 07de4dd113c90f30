variable "network_id" {
  description = "The network that it stands in."
  type        = string
}

variable "subnets" {
  description = "The subnets that it has an address in, by zone."
  type = map(object({
    id   = string
    cidr = string
  }))
}

variable "listeners" {
  description = "What it listens on, and where it sends that."
  type = set(object({
    port     = number
    protocol = optional(string, "http")
    backend  = tuple([string, number])
  }))

  validation {
    condition     = length(var.listeners) > 0
    error_message = "A load balancer listens on something."
  }
}
