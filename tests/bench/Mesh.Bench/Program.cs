using Mesh.Bench.Agents;
using Mesh.Bench.Faults;
using Mesh.Bench.Gateway;
using Mesh.Bench.Gateway.Changes;
using Mesh.Bench.Kubernetes;
using Mesh.Bench.Model;
using Mesh.Bench.Payments;

return args switch
{
    ["agent", .. var options] => await AgentBench.RunAsync(options),
    ["gateway", .. var options] => await GatewayBench.RunAsync(options),
    ["gateway-config", .. var options] => await ChangesBench.RunAsync(options),
    ["kubernetes", .. var options] => await KubernetesBench.RunAsync(options),
    ["model", .. var options] => ModelBench.Run(options),
    ["payments", .. var options] => await PaymentsBench.RunAsync(options),
    ["payments-faults", .. var options] => await FaultsBench.RunAsync(options),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: mesh-bench agent|gateway|gateway-config|kubernetes|model|payments|payments-faults [--quick] [--json FILE]");
    return 64;
}
