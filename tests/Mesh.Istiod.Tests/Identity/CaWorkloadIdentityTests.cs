using Mesh.DataPlane.Identity;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Mesh.Istiod.Tests.Identity;

/// <summary>Days of renewals in simulated time, against the real authority on the same clock.</summary>
public sealed class CaWorkloadIdentityTests
{
    private const string Billing = TestCaServer.Billing;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_certificate_of_a_day_is_replaced_after_half_a_day_and_not_before()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        using var ca = await TestCa.CreateAsync(Cancel, time);
        var calls = 0;
        await using var identity = Identity(time, (csr, _) =>
        {
            Interlocked.Increment(ref calls);
            return Task.FromResult(ca.Authority.Issue(csr, [Billing], 0));
        });
        identity.Start();
        var first = await identity.WaitAsync(Cancel);

        await AdvanceAsync(time, TimeSpan.FromHours(11.7));
        Assert.Same(first, identity.Current);
        await AdvanceUntilAsync(time, () => identity.Current != first, "renewal");

        Assert.InRange(time.GetUtcNow() - first.NotBefore, TimeSpan.FromHours(11.7), TimeSpan.FromHours(12.5));
        Assert.Equal(2, calls);
        Assert.Equal(Billing, identity.Current!.Id.ToString());
    }

    [Fact]
    public async Task While_the_ca_is_away_the_old_certificate_serves_and_the_next_answer_is_taken()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        using var ca = await TestCa.CreateAsync(Cancel, time);
        var away = false;
        var failures = 0;
        await using var identity = Identity(time, (csr, _) =>
        {
            if (!Volatile.Read(ref away)) return Task.FromResult(ca.Authority.Issue(csr, [Billing], 0));
            Interlocked.Increment(ref failures);
            throw new IOException("nobody answers");
        });
        identity.Start();
        var first = await identity.WaitAsync(Cancel);
        var changes = 0;
        identity.Changed += () => Interlocked.Increment(ref changes);

        Volatile.Write(ref away, true);
        await AdvanceUntilAsync(time, () => Volatile.Read(ref failures) >= 3, "three failed renewals");
        Assert.Same(first, identity.Current);
        Assert.Equal("nobody answers", identity.LastError);

        Volatile.Write(ref away, false);
        await AdvanceUntilAsync(time, () => identity.Current != first, "the renewal after the failures");
        Assert.Equal(1, changes);
        Assert.Null(identity.LastError);
    }

    [Fact]
    public async Task A_certificate_for_another_account_is_not_taken_and_the_reason_is_told()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        using var ca = await TestCa.CreateAsync(Cancel, time);
        await using var identity = Identity(time, (csr, _) => Task.FromResult(ca.Authority.Issue(csr, [TestCaServer.Payments], 0)));
        identity.Start();

        await Poll.UntilAsync(() => identity.LastError is not null, "an error", Cancel);

        Assert.Null(identity.Current);
        Assert.Contains($"for {TestCaServer.Payments} instead of {Billing}", identity.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_with_an_output_folder_are_files_written_and_then_for_the_owner_alone()
    {
        using var ca = await TestCa.CreateAsync(Cancel);
        using var folder = new TestFolder();
        await using var identity = Identity(
            TimeProvider.System, (csr, _) => Task.FromResult(ca.Authority.Issue(csr, [Billing], 0)), folder.Path);
        identity.Start();
        var certificate = await identity.WaitAsync(Cancel);

        foreach (var file in new[] { "cert-chain.pem", "key.pem", "root-cert.pem" })
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File(file)));
        await using var fromFiles = FileWorkloadIdentity.Load(folder.Path, TimeProvider.System, NullLogger<FileWorkloadIdentity>.Instance);
        Assert.Equal(certificate.Id, fromFiles.Current!.Id);
    }

    [Fact]
    public async Task The_first_certificate_comes_by_token_and_the_next_by_the_first()
    {
        await using var server = await TestCaServer.StartAsync(Cancel);
        CaWorkloadIdentity? identity = null;
        var client = server.Client(server.BillingToken, () => identity?.Current?.Context);
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        identity = Identity(time, client.CreateCertificateAsync);
        await using (identity)
        {
            identity.Start();
            var first = await identity.WaitAsync(Cancel);
            File.Delete(server.BillingToken);

            await AdvanceUntilAsync(time, () => identity.Current != first, "a renewal without token");
        }
    }

    private static CaWorkloadIdentity Identity(TimeProvider time, CertificateIssuer issuer, string? folder = null)
    {
        Assert.True(SpiffeId.TryParse(Billing, out var id));
        var options = new CaWorkloadIdentityOptions { Id = id, OutputFolder = folder };
        return new CaWorkloadIdentity(options, issuer, time, NullLogger<CaWorkloadIdentity>.Instance, new Random(1));
    }

    private static async Task AdvanceAsync(FakeTimeProvider time, TimeSpan by)
    {
        var end = time.GetUtcNow() + by;
        while (time.GetUtcNow() is var now && now < end)
        {
            time.Advance(end - now < TimeSpan.FromMinutes(10) ? end - now : TimeSpan.FromMinutes(10));
            await Task.Yield();
        }
    }

    /// <summary>Simulated time goes on in steps, with real time for the other threads in between.</summary>
    private static Task AdvanceUntilAsync(FakeTimeProvider time, Func<bool> condition, string what) => Poll.UntilAsync(
        () =>
        {
            if (condition()) return true;
            time.Advance(TimeSpan.FromMinutes(5));
            return false;
        },
        what,
        Cancel);
}
