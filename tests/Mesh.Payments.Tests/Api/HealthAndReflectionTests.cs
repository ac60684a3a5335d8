using Grpc.Core;
using Grpc.Health.V1;
using Mesh.Payments.Tests.Support;

namespace Mesh.Payments.Tests.Api;

public sealed class HealthAndReflectionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Health_is_serving_for_the_process_and_the_service_and_unknown_for_others()
    {
        await using var server = await TestServer.StartAsync();
        var health = new Health.HealthClient(server.Channel);

        var process = await health.CheckAsync(new HealthCheckRequest(), cancellationToken: Token);
        var service = await health.CheckAsync(new HealthCheckRequest { Service = "payments.v1.Payments" }, cancellationToken: Token);
        var other = await Assert.ThrowsAsync<RpcException>(async () =>
            await health.CheckAsync(new HealthCheckRequest { Service = "other" }, cancellationToken: Token));

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, process.Status);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, service.Status);
        Assert.Equal(StatusCode.NotFound, other.StatusCode);
        Assert.Equal("ready\n", await server.Http.GetStringAsync("/healthz/ready", Token));
    }

    [Fact]
    public async Task Reflection_v1_lists_the_services_and_describes_them()
    {
        await using var server = await TestServer.StartAsync();
        using var call = new Grpc.Reflection.V1.ServerReflection.ServerReflectionClient(server.Channel).ServerReflectionInfo(cancellationToken: Token);

        await call.RequestStream.WriteAsync(new() { ListServices = "" }, Token);
        await call.ResponseStream.MoveNext(Token);
        var services = call.ResponseStream.Current.ListServicesResponse.Service.Select(service => service.Name).ToList();
        await call.RequestStream.WriteAsync(new() { FileContainingSymbol = "payments.v1.Payments" }, Token);
        await call.ResponseStream.MoveNext(Token);
        var files = call.ResponseStream.Current.FileDescriptorResponse.FileDescriptorProto;
        await call.RequestStream.CompleteAsync();

        Assert.Contains("payments.v1.Payments", services);
        Assert.Contains("grpc.health.v1.Health", services);
        Assert.Contains(files, file => file.ToStringUtf8().Contains("payments/v1/payments.proto", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Reflection_v1alpha_answers_older_tools()
    {
        await using var server = await TestServer.StartAsync();
        using var call = new Grpc.Reflection.V1Alpha.ServerReflection.ServerReflectionClient(server.Channel).ServerReflectionInfo(cancellationToken: Token);

        await call.RequestStream.WriteAsync(new() { ListServices = "" }, Token);
        await call.ResponseStream.MoveNext(Token);

        Assert.Contains(call.ResponseStream.Current.ListServicesResponse.Service, service => service.Name == "payments.v1.Payments");
    }
}
