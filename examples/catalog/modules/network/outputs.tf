output "network_id" {
  description = "The network."
  value       = "net-${random_id.network.hex}"
}

output "cidr" {
  description = "The addresses of the whole network."
  value       = var.cidr
}

output "subnets" {
  description = "The subnets, by zone."
  value = {
    for zone, subnet in terraform_data.subnet : zone => {
      id   = subnet.output.id
      cidr = subnet.output.cidr
    }
  }
}
