using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Payments.V1;

namespace Mesh.LocalMesh;

/// <summary>The calls that show the main job. What each took for a way is read from the logs, not assumed.</summary>
internal sealed class SampleTraffic : IDisposable
{
    public const int FailoverCalls = 100;

    private static readonly (string First, string Last) FromEdge = ("gateway-", "payments-");
    private static readonly TimeSpan LogLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ReturnLimit = TimeSpan.FromSeconds(30);

    private readonly RunningMesh mesh;
    private readonly AccessLogs logs;
    private readonly GrpcChannel channel;
    private readonly Payments.V1.Payments.PaymentsClient payments;

    public SampleTraffic(RunningMesh mesh)
    {
        this.mesh = mesh;
        logs = new AccessLogs(mesh.Layout.Logs);
        channel = OpenChannel();
        payments = new Payments.V1.Payments.PaymentsClient(channel);
    }

    public void Dispose() => channel.Dispose();

    public async IAsyncEnumerable<SampleResult> RunAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return await EdgeClientPaysAsync(cancellationToken).ConfigureAwait(false);
        yield return await VirtualMachinePaysAsync(cancellationToken).ConfigureAwait(false);
        yield return await ClusterCallsVirtualMachineAsync(cancellationToken).ConfigureAwait(false);
        yield return await ReplicaIsKilledAsync(cancellationToken).ConfigureAwait(false);
        yield return await ReplicaReturnsAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>(a) An outside gRPC client pays through the edge with TLS.</summary>
    public Task<SampleResult> EdgeClientPaysAsync(CancellationToken cancellationToken) =>
        MeasureAsync("a", "outside client (gRPC, TLS)", "payments", ("gateway-", "payments-"), async trace =>
        {
            var payment = await CreateAsync(NewKey(), trace, cancellationToken).ConfigureAwait(false);
            return (true, $"OK {payment.State} {Text(payment.Amount)}");
        }, cancellationToken);

    /// <summary>(b) The application on the VM pays: it knows a host name and a proxy variable.</summary>
    public Task<SampleResult> VirtualMachinePaysAsync(CancellationToken cancellationToken) =>
        MeasureAsync("b", "legacy-billing (VM)", "payments", ("agent-vm", "payments-"), async trace =>
        {
            var invoice = "inv-" + Guid.NewGuid().ToString("N")[..8];
            var address = mesh.Topology.ApplicationAddress(mesh.Topology.Vm);
            using var client = new HttpClient(NamespaceDialer.Handler(mesh.Topology.NamespaceOf("vpc-legacy")));
            using var request = new HttpRequestMessage(
                HttpMethod.Post, $"http://{address}:{MeshPlan.BillingPort}/invoices/{invoice}/pay");
            request.Headers.TryAddWithoutValidation("traceparent", trace.Header);
            request.Content = JsonContent.Create(new Dictionary<string, object>());
            using var response = await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
            return (response.IsSuccessStatusCode, await DescribeAsync(response, cancellationToken).ConfigureAwait(false));
        }, cancellationToken);

    /// <summary>(c) A workload of eks-a calls the VM, through its own sidecar and the VM network's gateway.</summary>
    public Task<SampleResult> ClusterCallsVirtualMachineAsync(CancellationToken cancellationToken) =>
        MeasureAsync("c", "payments workload (eks-a)", "legacy-billing", ("agent-payments-", "agent-vm"), async trace =>
        {
            using var handler = NamespaceDialer.Handler(mesh.Topology.NamespaceOf("vpc-a"));
            handler.UseProxy = true;
            handler.Proxy = new WebProxy($"http://{mesh.Topology.PaymentsA}:{MeshPlan.OutboundPort}");
            using var client = new HttpClient(handler);
            using var request = new HttpRequestMessage(
                HttpMethod.Get, $"http://{MeshPlan.BillingHost}:{MeshPlan.BillingPort}/invoices/inv-1001");
            request.Headers.TryAddWithoutValidation("traceparent", trace.Header);
            using var response = await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
            return (response.IsSuccessStatusCode, await DescribeAsync(response, cancellationToken).ConfigureAwait(false));
        }, cancellationToken);

    /// <summary>
    /// (d) The replica of eks-a dies without a word. The calls after it, reads of a payment made before and a repeated
    /// key among them, must all be answered, by eks-b.
    /// </summary>
    public async Task<SampleResult> ReplicaIsKilledAsync(CancellationToken cancellationToken)
    {
        var before = await CreateAsync(NewKey(), Trace.New(), cancellationToken).ConfigureAwait(false);
        var key = NewKey();
        var keyed = await CreateAsync(key, Trace.New(), cancellationToken).ConfigureAwait(false);

        mesh["payments-a"].Kill();
        mesh["agent-payments-a"].Kill();

        var traces = new List<Trace>();
        var errors = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var wrong = new List<string>();
        var began = Stopwatch.GetTimestamp();
        for (var call = 0; call < FailoverCalls; call++)
        {
            var trace = Trace.New();
            traces.Add(trace);
            try
            {
                if (call % 3 == 0)
                {
                    var read = await GetAsync(before.Name, trace, cancellationToken).ConfigureAwait(false);
                    if (!read.Equals(before)) wrong.Add("GetPayment gave another payment");
                }
                else if (call % 3 == 1)
                {
                    // The same key and the same parameters: the payment of before the kill, not a second one.
                    var repeated = await CreateAsync(key, trace, cancellationToken).ConfigureAwait(false);
                    if (repeated.Name != keyed.Name) wrong.Add("the repeated key made a second payment");
                }
                else
                {
                    await CreateAsync(NewKey(), trace, cancellationToken).ConfigureAwait(false);
                }
            }
            catch (RpcException failure)
            {
                var cause = $"{failure.StatusCode}: {failure.Status.Detail}";
                errors[cause] = errors.GetValueOrDefault(cause) + 1;
            }
        }

        var time = Stopwatch.GetElapsedTime(began);
        var last = await PathAsync(traces[^1].Id, FromEdge, cancellationToken).ConfigureAwait(false);
        var answered = await AnsweredByAsync(traces, cancellationToken).ConfigureAwait(false);
        foreach (var (cause, count) in errors) wrong.Add($"{count} × {cause}");
        var byB = answered.GetValueOrDefault("payments-b");
        var succeeded = wrong.Count == 0 && byB == FailoverCalls;
        var status = string.Join(", ", answered.Select(pair => $"{pair.Value} answered by {pair.Key}"));
        status = $"{errors.Values.Sum()} errors; {status}" + (wrong.Count == 0 ? "" : "; " + string.Join("; ", wrong.Distinct()));
        return new SampleResult(
            "d", $"outside client, {FailoverCalls} calls after kill -9 of payments-a", "payments",
            last.ToString(), last.Identity, status, time, succeeded);
    }

    /// <summary>(e) The replica comes back and traffic returns to it.</summary>
    public async Task<SampleResult> ReplicaReturnsAsync(CancellationToken cancellationToken)
    {
        await mesh.RestartAsync("payments-a", cancellationToken).ConfigureAwait(false);
        await mesh.RestartAsync("agent-payments-a", cancellationToken).ConfigureAwait(false);
        var began = Stopwatch.GetTimestamp();
        var calls = 0;
        while (true)
        {
            calls++;
            var trace = Trace.New();
            await CreateAsync(NewKey(), trace, cancellationToken).ConfigureAwait(false);
            var path = await PathAsync(trace.Id, FromEdge, cancellationToken).ConfigureAwait(false);
            var returned = path.Server?.Process == "payments-a";
            if (returned || Stopwatch.GetElapsedTime(began) > ReturnLimit)
            {
                return new SampleResult(
                    "e", "outside client, payments-a started again", "payments", path.ToString(), path.Identity,
                    string.Create(CultureInfo.InvariantCulture, $"{(returned ? "OK" : "not back")}, call {calls} after its return"),
                    Stopwatch.GetElapsedTime(began), returned);
            }

            await Task.Delay(100, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The way of a call once the logs hold it from end to end; as far as they have it when they never do.</summary>
    /// <param name="ends">
    /// How the names of the first and last process begin. Only says how long to wait: a process writes its line when a
    /// call has ended for it, so the client has its answer before the line of the first process is there.
    /// </param>
    public async Task<CallPath> PathAsync(
        string traceId, (string First, string Last) ends, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var path = CallPath.Of(traceId, logs.Read());
            if (path.Hops.Count > 0 &&
                path.Hops[0].Process.StartsWith(ends.First, StringComparison.Ordinal) &&
                path.Hops[^1].Process.StartsWith(ends.Last, StringComparison.Ordinal))
                return path;
            if (Stopwatch.GetElapsedTime(began) > LogLimit) return path;
            await Task.Delay(20, cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task<Payment> CreateAsync(string key, Trace trace, CancellationToken cancellationToken)
    {
        var request = new CreatePaymentRequest
        {
            IdempotencyKey = key,
            Payment = new Payment
            {
                Merchant = "acme",
                PaymentMethod = "pm_card_visa",
                Amount = new Money { CurrencyCode = "EUR", MinorUnits = 1250 },
            },
        };
        return await payments.CreatePaymentAsync(request, Headers(trace), Deadline(), cancellationToken).ConfigureAwait(false);
    }

    private async Task<Payment> GetAsync(string name, Trace trace, CancellationToken cancellationToken) =>
        await payments.GetPaymentAsync(new GetPaymentRequest { Name = name }, Headers(trace), Deadline(), cancellationToken)
            .ConfigureAwait(false);

    private async Task<SortedDictionary<string, int>> AnsweredByAsync(
        IReadOnlyList<Trace> traces, CancellationToken cancellationToken)
    {
        var wanted = traces.Select(trace => trace.Id).ToHashSet();
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var answers = logs.Read()
                .Where(entry => entry.TraceId is not null && wanted.Contains(entry.TraceId) &&
                                entry.Process.StartsWith("payments-", StringComparison.Ordinal))
                .DistinctBy(entry => (entry.TraceId, entry.Process))
                .ToList();
            if (answers.Count >= wanted.Count || Stopwatch.GetElapsedTime(began) > LogLimit)
            {
                return new SortedDictionary<string, int>(
                    answers.GroupBy(entry => entry.Process).ToDictionary(group => group.Key, group => group.Count()),
                    StringComparer.Ordinal);
            }

            await Task.Delay(20, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<SampleResult> MeasureAsync(
        string step, string from, string to, (string First, string Last) ends,
        Func<Trace, Task<(bool Succeeded, string Status)>> call, CancellationToken cancellationToken)
    {
        var trace = Trace.New();
        var began = Stopwatch.GetTimestamp();
        bool succeeded;
        string status;
        try
        {
            (succeeded, status) = await call(trace).ConfigureAwait(false);
        }
        catch (RpcException failure)
        {
            (succeeded, status) = (false, $"{failure.StatusCode}: {failure.Status.Detail}");
        }
        catch (Exception failure) when (failure is HttpRequestException or System.Net.Sockets.SocketException)
        {
            (succeeded, status) = (false, failure.Message);
        }

        var time = Stopwatch.GetElapsedTime(began);
        var path = await PathAsync(trace.Id, ends, cancellationToken).ConfigureAwait(false);
        return new SampleResult(step, from, to, path.ToString(), path.Identity, status, time, succeeded && path.Identity.Length > 0)
        {
            TraceId = trace.Id,
        };
    }

    private GrpcChannel OpenChannel()
    {
        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(Path.Combine(mesh.Layout.Edge, EdgeCertificate.RootFile));
        var handler = NamespaceDialer.Handler(
            mesh.Topology.NamespaceOf("outside"), mesh.Topology.EdgeA, MeshPlan.EdgeTlsPort);
        handler.SslOptions = new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            },
        };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(roots);
        return GrpcChannel.ForAddress(
            $"https://{MeshPlan.EdgeHost}:{MeshPlan.EdgeTlsPort}",
            new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
    }

    private static async Task<string> DescribeAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        var status = string.Create(CultureInfo.InvariantCulture, $"{(int)response.StatusCode}");
        if (!response.IsSuccessStatusCode) return $"{status} {body.ReplaceLineEndings(" ").Trim()}";
        try
        {
            using var json = JsonDocument.Parse(body);
            var root = json.RootElement;
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("payment", out var payment) &&
                payment.ValueKind == JsonValueKind.Object && payment.TryGetProperty("state", out var state))
                return $"{status} {state.GetString()}";
        }
        catch (JsonException)
        {
            // A text answer is fine; the status says enough.
        }

        return status + " OK";
    }

    private static Metadata Headers(Trace trace) => new() { { "traceparent", trace.Header } };

    private static DateTime Deadline() => TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(20);

    private static string NewKey() => Guid.NewGuid().ToString();

    private static string Text(Money money) =>
        string.Create(CultureInfo.InvariantCulture, $"{money.MinorUnits / 100m:0.00} {money.CurrencyCode}");
}
