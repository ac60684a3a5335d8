using Mesh.DataPlane.Identity;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Mesh.Istiod.Tests.Identity;

/// <summary>Machines that come back after a while: what they kept, and what they need.</summary>
public sealed class KeptIdentityTests
{
    private const string Billing = TestCaServer.Billing;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_restart_needs_no_ca_for_as_long_as_the_certificate_is_young()
    {
        using var ca = await TestCa.CreateAsync(Cancel);
        using var folder = new TestFolder();
        await using (var first = Identity(TimeProvider.System, folder.Path, (csr, _) => Task.FromResult(ca.Authority.Issue(csr, [Billing], 0))))
        {
            first.Start();
            await first.WaitAsync(Cancel);
        }

        await using var second = Identity(TimeProvider.System, folder.Path, (_, _) => throw new InvalidOperationException("nobody should be asked"));
        second.Start();

        Assert.Equal(Billing, second.Current!.Id.ToString());
        await Poll.UntilAsync(() => second.NextRequest is not null, "the next renewal is planned", Cancel);
        Assert.True(second.NextRequest > DateTimeOffset.UtcNow.AddMinutes(1), $"{second.NextRequest}");
        Assert.Null(second.LastError);
        Assert.All(Directory.GetFiles(folder.Path), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task After_half_a_life_away_the_certificate_serves_at_once_and_renews_itself_without_the_token()
    {
        await using var server = await TestCaServer.StartAsync(Cancel);
        using var folder = new TestFolder();
        await using (var first = Identity(TimeProvider.System, folder.Path, server.Client(server.BillingToken).CreateCertificateAsync))
        {
            first.Start();
            await first.WaitAsync(Cancel);
        }

        // The token is revoked and its file gone; the certificate has arrived 13 hours ago.
        File.Delete(server.BillingToken);
        File.SetLastWriteTimeUtc(folder.File(IdentityStore.IdentityFile), DateTime.UtcNow.AddHours(-30));
        CaWorkloadIdentity? second = null;
        var client = server.Client(server.BillingToken, () => second?.Current?.Context);
        second = Identity(TimeProvider.System, folder.Path, client.CreateCertificateAsync);
        await using (second)
        {
            second.Start();
            var kept = second.Current;

            Assert.NotNull(kept);
            await Poll.UntilAsync(() => second.Current != kept, "a renewal by the certificate alone", Cancel);
        }
    }

    [Fact]
    public async Task With_certificate_and_token_expired_the_reason_is_told_and_a_fresh_token_is_taken_at_once()
    {
        using var ca = await TestCa.CreateAsync(Cancel);
        using var folder = new TestFolder();
        var token = folder.Write("token", "old");
        await using (var first = Identity(TimeProvider.System, folder.Path, (csr, _) => Task.FromResult(ca.Authority.Issue(csr, [Billing], 0))))
        {
            first.Start();
            await first.WaitAsync(Cancel);
        }

        var time = new FakeTimeProvider(DateTimeOffset.UtcNow.AddDays(3));
        using var later = await TestCa.CreateAsync(Cancel, time);
        var attempts = 0;
        await using var second = Identity(time, folder.Path, (csr, _) =>
        {
            Interlocked.Increment(ref attempts);
            return File.ReadAllText(token) == "fresh"
                ? Task.FromResult(later.Authority.Issue(csr, [Billing], 0))
                : throw new InvalidOperationException("the token expired");
        }, token);
        second.Start();
        await AdvanceUntilAsync(time, () => Volatile.Read(ref attempts) >= 8, "attempts with longer and longer waits between them");

        // The clock stands from here on: after so many failures the next attempt is most of a minute away.
        await Poll.UntilAsync(() => second.NextRequest - time.GetUtcNow() > TimeSpan.FromSeconds(40), "the next attempt is planned", Cancel);
        Assert.Null(second.Current);
        Assert.Contains($"the certificate kept in {folder.Path} expired at ", second.LastError, StringComparison.Ordinal);
        Assert.EndsWith("and the token expired", second.LastError, StringComparison.Ordinal);

        var due = second.NextRequest!.Value;
        File.WriteAllText(token, "fresh");
        File.SetLastWriteTimeUtc(token, DateTime.UtcNow.AddMinutes(1));
        // Steps so small that a slow machine has half a minute to notice the file before the attempt that was due.
        await AdvanceUntilAsync(time, () => second.Current is not null, "the fresh token is used", TimeSpan.FromMilliseconds(20));
        Assert.Null(second.LastError);
        Assert.True(time.GetUtcNow() < due, "the wait was cut short");
    }

    [Fact]
    public async Task What_was_kept_for_another_identity_or_mangled_is_not_used()
    {
        using var ca = await TestCa.CreateAsync(Cancel);
        using var folder = new TestFolder();
        await using (var first = Identity(TimeProvider.System, folder.Path, (csr, _) => Task.FromResult(ca.Authority.Issue(csr, [Billing], 0))))
        {
            first.Start();
            await first.WaitAsync(Cancel);
        }

        Assert.True(SpiffeId.TryParse(TestCaServer.Payments, out var payments));
        await using (var other = Identity(TimeProvider.System, folder.Path, Nobody, id: payments))
        {
            other.Start();
            Assert.Null(other.Current);
        }

        File.WriteAllText(folder.File(IdentityStore.IdentityFile), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        await using var mangled = Identity(TimeProvider.System, folder.Path, Nobody);
        mangled.Start();
        Assert.Null(mangled.Current);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_does_not_cost_the_certificate()
    {
        using var ca = await TestCa.CreateAsync(Cancel);
        using var folder = new TestFolder();
        // A folder in the place of the file: no right of root's helps there.
        Directory.CreateDirectory(folder.File(IdentityStore.IdentityFile));
        await using var identity = Identity(TimeProvider.System, folder.Path, (csr, _) => Task.FromResult(ca.Authority.Issue(csr, [Billing], 0)));
        identity.Start();

        Assert.Equal(Billing, (await identity.WaitAsync(Cancel)).Id.ToString());
    }

    [Fact]
    public async Task All_roots_of_the_answer_are_trusted_and_kept()
    {
        using var ca = await TestCa.CreateAsync(Cancel);
        using var next = await TestCa.CreateAsync(Cancel);
        using var folder = new TestFolder();
        await using (var first = Identity(TimeProvider.System, folder.Path, (csr, _) =>
        {
            var blocks = ca.Authority.Issue(csr, [Billing], 0);
            return Task.FromResult<IReadOnlyList<string>>([.. blocks.SkipLast(1), blocks[^1] + next.Authority.RootsPem]);
        }))
        {
            first.Start();
            Assert.Equal(2, (await first.WaitAsync(Cancel)).Roots.Count);
        }

        await using var second = Identity(TimeProvider.System, folder.Path, Nobody);
        second.Start();
        Assert.Equal(2, second.Current!.Roots.Count);
    }

    [Fact]
    public async Task A_clock_that_is_behind_takes_the_certificate_and_renews_it_in_its_first_half()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        using var ca = await TestCa.CreateAsync(Cancel, new Ahead(time, TimeSpan.FromHours(1)));
        using var folder = new TestFolder();
        await using var identity = Identity(time, folder.Path, (csr, _) => Task.FromResult(ca.Authority.Issue(csr, [Billing], 3600)));
        identity.Start();

        var certificate = await identity.WaitAsync(Cancel);
        await Poll.UntilAsync(() => identity.NextRequest is not null, "the next renewal is planned", Cancel);

        Assert.True(certificate.NotBefore > time.GetUtcNow());
        Assert.InRange(identity.NextRequest!.Value - time.GetUtcNow(), TimeSpan.FromMinutes(28), TimeSpan.FromMinutes(33));
    }

    private static Task<IReadOnlyList<string>> Nobody(string csr, CancellationToken cancellationToken) => throw new IOException("nobody answers");

    private static CaWorkloadIdentity Identity(TimeProvider time, string folder, CertificateIssuer issuer, string? token = null, SpiffeId? id = null)
    {
        if (id is null) Assert.True(SpiffeId.TryParse(Billing, out id));
        var options = new CaWorkloadIdentityOptions { Id = id, StateFolder = folder, RetryWhenChanged = token is null ? [] : [token] };
        return new CaWorkloadIdentity(options, issuer, time, NullLogger<CaWorkloadIdentity>.Instance, new Random(1));
    }

    private static Task AdvanceUntilAsync(FakeTimeProvider time, Func<bool> condition, string what, TimeSpan? step = null) => Poll.UntilAsync(
        () =>
        {
            if (condition()) return true;
            time.Advance(step ?? TimeSpan.FromSeconds(5));
            return false;
        },
        what,
        Cancel);

    private sealed class Ahead(TimeProvider time, TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + by;
    }
}
